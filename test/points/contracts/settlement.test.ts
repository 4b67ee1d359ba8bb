import { expect } from "chai";
import type { Hex } from "viem";
import { type Event, earn, freeze, redeem, settle } from "../../../scripts/points/sandbox.ts";
import { type Book, openBook } from "./book.ts";
import { reversalOf } from "./originals.ts";

const nothing = { issued: 0n, clawedBack: 0n, redeemed: 0n, givenBack: 0n };
const statements = (events: Event[]) =>
  events.filter(({ eventName }) => eventName === "StatementIssued").map(({ args }) => args);

describe("A settlement", () => {
  let book: Book;
  let member: Hex;
  const [hotel, park] = ["hotel", "park"].map(
    (name) => `0x${Buffer.from(name).toString("hex").padEnd(64, "0")}` as Hex,
  );

  /** A book with odd prices: a point is bought at 1.234 and sold at 0.777 minor units. */
  beforeEach(async () => {
    book = await openBook({ issuePrice: 1234, redeemPrice: 777 });
    member = await book.member();
  });

  it("without any merchant is numbered, and has no statements", async () => {
    const operation = settle();
    const { events } = await book.apply("operator", [operation]);
    expect(events[0]).to.deep.equal({
      eventName: "SettlementClosed",
      args: { operation: operation.operation, settlement: 1n, statements: 0, reserve: 0n },
    });
    expect(events.map(({ eventName }) => eventName)).to.deep.equal(["SettlementClosed", "PoolMoved", "BatchApplied"]);
    expect(await book.read("settlementCount")).to.equal(1n);
  });

  it("gives every merchant a statement, in the order in which they first posted", async () => {
    await book.apply("park", [earn(member, 3)]);
    await book.apply("hotel", [redeem(member, 2)]);
    const { events } = await book.apply("operator", [settle()]);
    expect(statements(events)).to.deep.equal([
      { settlement: 1n, organisation: park, ...nothing, issued: 3n, opening: 0n, net: -3n, closing: -702n },
      { settlement: 1n, organisation: hotel, ...nothing, redeemed: 2n, opening: 0n, net: 1n, closing: 554n },
    ]);
    expect(events[2]!.args).to.deep.include({ settlement: 1n, statements: 2, reserve: 3n * 1234n - 2n * 777n });
    expect(await book.read("merchants")).to.deep.equal([park, hotel]);
    expect((await book.read("pool")).closed).to.equal(-2000n);
  });

  it("rounds toward zero and carries the rest with its sign, over as many settlements as it takes", async () => {
    await book.apply("hotel", [earn(member, 1)]);
    const nets = [];
    for (const [issued, accepted] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 1],
      [4, 0],
      [0, 1],
    ] as const) {
      if (issued > 0) await book.apply("hotel", [earn(member, issued)]);
      if (accepted > 0) await book.apply("hotel", [redeem(member, accepted)]);
      const { net, opening, closing } = statements((await book.apply("operator", [settle()])).events)[0]!;
      nets.push([opening, net, closing].map(Number));
    }
    expect(nets).to.deep.equal([
      [0, -1, -234],
      [-234, -1, -468],
      [-468, 0, 309],
      [309, 1, 86],
      [86, -4, -850],
      [-850, 0, -73],
    ]);
    const carried = nets.map(([opening]) => opening).slice(1);
    expect(carried).to.deep.equal(nets.map(([, , closing]) => closing).slice(0, -1));
    expect((await book.read("position", [hotel])).carry).to.equal(-73n);
  });

  it("begins positions anew, and keeps the day's cap and the pool's counters", async () => {
    await book.apply("hotel", [earn(member, 10), redeem(member, 4)]);
    const { day } = await book.read("position", [hotel]);
    const before = await book.read("pool");
    await book.apply("operator", [settle()]);
    const position = await book.read("position", [hotel]);
    expect(position).to.deep.equal({ ...nothing, carry: -232n, day, issuedToday: 10n });
    expect(await book.read("pool")).to.deep.equal({ ...before, closed: -9000n });
  });

  it("between postings of one batch closes what came before it and leaves open what comes after", async () => {
    await book.apply("both", [earn(member, 10)]);
    const { events } = await book.apply("both", [
      earn(member, 5),
      settle(),
      earn(member, 7),
      settle(),
      redeem(member, 2),
    ]);
    expect(statements(events).map(({ issued, redeemed }) => [issued, redeemed])).to.deep.equal([
      [15n, 0n],
      [7n, 0n],
    ]);
    const position = await book.read("position", [book.organisationId("both")]);
    expect(position).to.deep.include({ ...nothing, redeemed: 2n, issuedToday: 22n });
    const last = events.slice(-3);
    expect(last.map(({ eventName }) => eventName)).to.deep.equal(["PositionMoved", "PoolMoved", "BatchApplied"]);
    expect(last[0]!.args).to.deep.include({ ...nothing, redeemed: 2n, carry: position.carry });
    expect(events.filter(({ eventName }) => eventName === "PositionMoved")).to.have.length(1);
  });

  it("falls before a reversal that comes after it, which the open settlement gets", async () => {
    const { originals } = await book.apply("hotel", [earn(member, 10), redeem(member, 4)]);
    await book.apply("operator", [settle()]);
    await book.apply(
      "hotel",
      originals.toReversed().map((original) => reversalOf(original)),
    );
    const [statement] = statements((await book.apply("operator", [settle()])).events);
    expect(statement).to.deep.include({ ...nothing, clawedBack: 10n, givenBack: 4n, opening: -232n });
    expect(statement!["net"] * 1000n + statement!["closing"]).to.equal(-232n + 10n * 1234n - 4n * 777n);
    expect((await book.read("pool")).reserve).to.equal(0n);
  });

  it("of nothing new still carries, and states every merchant again", async () => {
    await book.apply("hotel", [earn(member, 1)]);
    await book.apply("operator", [settle()]);
    const { events } = await book.apply("operator", [settle(), freeze(member), settle()]);
    expect(
      statements(events).map(({ settlement, opening, net, closing }) => [settlement, opening, net, closing]),
    ).to.deep.equal([
      [2n, -234n, 0n, -234n],
      [3n, -234n, 0n, -234n],
    ]);
  });
});
