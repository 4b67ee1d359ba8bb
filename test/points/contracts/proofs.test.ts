import { expect } from "chai";
import { type Hex, concat, keccak256 } from "viem";
import { earn, entry, kinds, leafOf, nextOperation, reverse, rootOf } from "../../../scripts/points/sandbox.ts";
import { type Book, openBook } from "./book.ts";
import { type Original, originalsOf, reversalOf } from "./originals.ts";
import { errorOf } from "./spelled.ts";

describe("The proof of an original", () => {
  let book: Book;
  let member: Hex;

  before(async () => {
    book = await openBook();
    member = await book.member();
  });

  const batchOf = async (size: number): Promise<Original[]> =>
    (
      await book.apply(
        "hotel",
        Array.from({ length: size }, (_, at) => earn(member, at + 1)),
      )
    ).originals;
  const notProven = ({ operation }: { operation: Hex }) => errorOf("PointsLedgerOriginalNotProven", operation);

  it("is empty for the only operation of a batch", async () => {
    const [original] = await batchOf(1);
    expect(original!.proof).to.deep.equal([]);
    expect(await book.read("rootOf", [book.organisationId("hotel"), original!.batch])).to.equal(original!.leaf);
    await book.apply("hotel", [reversalOf(original!)]);
  });

  it("does for every operation of a batch of every size", async () => {
    for (const size of [2, 3, 4, 5, 6, 7, 8, 9, 13, 31, 33]) {
      const originals = await batchOf(size);
      const root = await book.read("rootOf", [book.organisationId("hotel"), originals[0]!.batch]);
      expect(root, `${size}`).to.equal(rootOf(originals.map(({ leaf }) => leaf)));
      await book.apply(
        "hotel",
        originals.map((original) => reversalOf(original)),
      );
    }
  });

  it("counts among the applied operations of its batch, as if the rejected had not been there", async () => {
    const entries = [earn(member, 0), earn(member, 5), entry(kinds.void), earn(member, 6), earn(member, 0)];
    const events = await book.post("hotel", entries);
    const originals = originalsOf("hotel", entries, events, 0);
    expect(originals.map(({ index }) => index)).to.deep.equal([0, 1]);
    expect(events.at(-1)!.args["root"]).to.equal(rootOf(originals.map(({ leaf }) => leaf)));
    await book.apply(
      "hotel",
      originals.map((original) => reversalOf(original)),
    );
  });

  it("does for no word that is not the original's own", async () => {
    const [original] = await batchOf(5);
    const others: Partial<Original>[] = [
      { kind: kinds.redeem },
      { operation: nextOperation() },
      { batch: original!.batch + 1n },
      { batch: 0n },
      { index: 1 },
      { member: nextOperation() },
      { points: 2 },
      { period: 1 },
      { proof: [] },
      { proof: original!.proof.slice(1) },
      { proof: [...original!.proof, original!.leaf] },
      { proof: original!.proof.toReversed() },
    ];
    for (const other of others) {
      const told = { ...original!, ...other };
      expect(await book.rejectionOf("hotel", reversalOf(told)), JSON.stringify(Object.keys(other))).to.equal(
        notProven(told),
      );
    }
    await book.apply("hotel", [reversalOf(original!)]);
  });

  it("does not do for a batch that applied nothing", async () => {
    const events = await book.post("hotel", [entry(kinds.void)]);
    const batch = events.at(-1)!.args["batch"] as bigint;
    const made = {
      kind: kinds.earn,
      operation: nextOperation(),
      batch,
      index: 0,
      member,
      points: 1_000_000,
      period: 0,
    };
    expect(await book.rejectionOf("hotel", reverse(made, 0, []))).to.equal(notProven(made));
    const proof = [leafOf("hotel", made)];
    expect(await book.rejectionOf("hotel", reverse(made, 0, proof))).to.equal(notProven(made));
  });

  it("does not do for a node that is told as if it were a leaf, nor for a leaf hashed once", async () => {
    const originals = await batchOf(4);
    const [left, right] = originals.map(({ leaf }) => leaf).sort();
    const node = keccak256(concat([left!, right!]));
    for (const proof of [[node], [originals[0]!.leaf], [node, ...originals[0]!.proof], [keccak256(node)]]) {
      const told = { ...originals[0]!, points: 1_000_000, proof };
      expect(await book.rejectionOf("hotel", reversalOf(told))).to.equal(notProven(told));
    }
  });

  it("does not do within the batch that is not closed yet", async () => {
    const operation = earn(member, 9);
    const batch = (await book.read("batchCount", [book.organisationId("hotel")])) + 1n;
    const told = { kind: kinds.earn, operation: operation.operation, batch, index: 0, member, points: 9, period: 0 };
    const events = await book.post("hotel", [operation, reverse(told, 0, [])]);
    expect(events[1]!.args["reason"]).to.equal(notProven(told));
  });

  it("does for a reversal's leaf as for any other: an outsider rebuilds the root of every batch", async () => {
    const originals = await batchOf(3);
    const { events, originals: reversals } = await book.apply("hotel", [
      reversalOf(originals[0]!),
      reversalOf(originals[2]!, 2),
    ]);
    expect(reversals.map(({ points }) => points)).to.deep.equal([1, 2]);
    expect(events.at(-1)!.args["root"]).to.equal(rootOf(reversals.map(({ leaf }) => leaf)));
  });
});
