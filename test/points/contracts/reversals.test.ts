import { expect } from "chai";
import type { Hex } from "viem";
import { earn, enrol, freeze, kinds, redeem, settle, unfreeze } from "../../../scripts/points/sandbox.ts";
import { accountWord } from "../account-word.ts";
import { type Book, openBook } from "./book.ts";
import { type Original, reversalOf } from "./originals.ts";
import { errorOf } from "./spelled.ts";

describe("Reversals", () => {
  let book: Book;
  let member: Hex;

  before(async () => (book = await openBook({ periods: 4, periodSeconds: 1000 })));
  beforeEach(async () => (member = await book.member()));

  const earned = async (points: number): Promise<Original> =>
    (await book.apply("hotel", [earn(member, points)])).originals[0]!;
  const redeemed = async (points: number): Promise<Original> =>
    (await book.apply("hotel", [redeem(member, points)])).originals[0]!;
  const nextPeriod = async () => book.post("hotel", [], book.periodStart(1 + (await book.period())));
  const position = async () => book.read("position", [book.organisationId("hotel")]);

  it("of an earning take the points back", async () => {
    const original = await earned(100);
    const [operation, before] = [reversalOf(original), await position()];
    const { events } = await book.apply("hotel", [operation]);
    expect(events[0]).to.deep.equal({
      eventName: "EarningReversed",
      args: {
        operation: operation.operation,
        member,
        original: original.operation,
        points: 100n,
        shortfall: 0n,
        account: accountWord([0], await book.period()),
      },
    });
    const after = await position();
    expect(after).to.deep.equal({ ...before, clawedBack: before.clawedBack + 100n });
  });

  it("of an earning take the newest points first", async () => {
    await earned(10);
    await nextPeriod();
    await earned(20);
    await nextPeriod();
    const original = await earned(40);
    await book.apply("hotel", [redeem(member, 5)]);
    await nextPeriod();
    await earned(3);
    const { events } = await book.apply("hotel", [reversalOf(original)]);
    expect(events[0]!.args["account"]).to.equal(accountWord([0, 3, 20, 5], await book.period()));
  });

  it("of an earning that was spent count whole, and the shortfall is the merchant's loss", async () => {
    const original = await earned(100);
    await book.apply("park", [redeem(member, 70)]);
    const [before, pool] = [await position(), await book.read("pool")];
    const { events } = await book.apply("hotel", [reversalOf(original)]);
    expect(events[0]!.args).to.deep.include({ points: 100n, shortfall: 70n });
    expect((await position()).clawedBack - before.clawedBack).to.equal(30n);
    expect(pool.reserve - (await book.read("pool")).reserve).to.equal(30n * 900n);
    expect(await book.read("reversed", [original.leaf])).to.equal(100n);
    const reason = errorOf("PointsLedgerReversalTooLarge", original.operation, 0, 0);
    expect(await book.rejectionOf("hotel", reversalOf(original))).to.equal(reason);
  });

  it("of an earning of which nothing is left move no position", async () => {
    const original = await earned(5);
    await book.apply("park", [redeem(member, 5)]);
    const { events } = await book.apply("hotel", [reversalOf(original)]);
    expect(events.map(({ eventName }) => eventName)).to.deep.equal(["EarningReversed", "BatchApplied"]);
  });

  it("of an earning never take expired points: they are dropped first", async () => {
    const oldest = await earned(50);
    await book.post("hotel", [], book.periodStart(3 + (await book.period())));
    const newest = await earned(10);
    await book.apply("hotel", [reversalOf(oldest)]);
    expect(await book.balances([member])).to.deep.equal([10n]);
    await nextPeriod();
    const { events } = await book.apply("hotel", [reversalOf(newest)]);
    expect(events[0]!.args).to.deep.equal({ member, points: 10n });
    expect(events[1]!.args).to.deep.include({ shortfall: 10n, account: accountWord([], await book.period()) });
  });

  it("of a redemption give the points back with the current period's life", async () => {
    await earned(30);
    await nextPeriod();
    const original = await redeemed(20);
    await nextPeriod();
    const [operation, before, pool] = [reversalOf(original), await position(), await book.read("pool")];
    const { events } = await book.apply("hotel", [operation]);
    const account = accountWord([20, 0, 10], await book.period());
    expect(events[0]).to.deep.equal({
      eventName: "RedemptionReversed",
      args: { operation: operation.operation, member, original: original.operation, points: 20n, account },
    });
    expect((await position()).givenBack - before.givenBack).to.equal(20n);
    expect((await book.read("pool")).reserve - pool.reserve).to.equal(20n * 800n);
  });

  it("may come in parts, whose sum is never more than the original", async () => {
    const original = await earned(100);
    await book.apply("hotel", [reversalOf(original, 60)]);
    const reason = errorOf("PointsLedgerReversalTooLarge", original.operation, 40, 41);
    expect(await book.rejectionOf("hotel", reversalOf(original, 41))).to.equal(reason);
    await book.apply("hotel", [reversalOf(original, 15)]);
    const { events } = await book.apply("hotel", [reversalOf(original)]);
    expect(events[0]!.args["points"]).to.equal(25n);
    for (const points of [0, 1, 100, 2 ** 32 - 1]) {
      const nothing = errorOf("PointsLedgerReversalTooLarge", original.operation, 0, points);
      expect(await book.rejectionOf("hotel", reversalOf(original, points))).to.equal(nothing);
    }
    expect(await book.read("reversed", [original.leaf])).to.equal(100n);
  });

  it("of the same original within one batch see one another", async () => {
    const original = await earned(10);
    const events = await book.post("hotel", [reversalOf(original, 6), reversalOf(original, 6), reversalOf(original)]);
    const told = events.map(({ args }) => args["reason"] ?? args["points"]).slice(0, 3);
    expect(told).to.deep.equal([6n, errorOf("PointsLedgerReversalTooLarge", original.operation, 4, 6), 4n]);
  });

  it("sent once more, as the very same bytes, do not happen twice", async () => {
    const original = await earned(10);
    const whole = reversalOf(original);
    await book.apply("hotel", [whole]);
    const reason = errorOf("PointsLedgerReversalTooLarge", original.operation, 0, 0);
    expect(await book.rejectionOf("hotel", whole)).to.equal(reason);
    expect(await book.balances([member])).to.deep.equal([0n]);
  });

  it("end at the second at which the original's points would be gone, for either kind", async () => {
    await book.post("hotel", [], book.periodStart(1 + (await book.period())));
    const period = await book.period();
    const { originals } = await book.apply("hotel", [earn(member, 10), redeem(member, 4)]);
    const gone = book.periodStart(period + 4);
    await book.apply(
      "hotel",
      originals.map((original) => reversalOf(original, 1)),
      gone - 1,
    );
    for (const [at, original] of originals.entries()) {
      const reason = errorOf("PointsLedgerOriginalExpired", original.operation);
      expect(await book.rejectionOf("hotel", reversalOf(original, 1), gone + at)).to.equal(reason);
    }
  });

  it("drop what has expired, and say so before they say what they did", async () => {
    await earned(50);
    await book.post("hotel", [], book.periodStart(3 + (await book.period())));
    const original = await earned(10);
    await book.post("hotel", [], book.periodStart(2 + (await book.period())));
    const { events } = await book.apply("hotel", [reversalOf(original)]);
    expect(events.map(({ eventName }) => eventName).slice(0, 2)).to.deep.equal(["PointsExpired", "EarningReversed"]);
    expect(events[0]!.args).to.deep.equal({ member, points: 50n });
    expect(events[1]!.args).to.deep.include({ shortfall: 0n, account: accountWord([], await book.period()) });
  });

  it("move the pool, not the position, when they only drop what has expired", async () => {
    const oldest = await earned(50);
    await book.post("hotel", [], book.periodStart(3 + (await book.period())));
    const newest = await earned(10);
    await book.apply("hotel", [reversalOf(oldest)]);
    await nextPeriod();
    const { events } = await book.apply("hotel", [reversalOf(newest)]);
    const told = events.map(({ eventName }) => eventName);
    expect(told).to.deep.equal(["PointsExpired", "EarningReversed", "PoolMoved", "BatchApplied"]);
  });

  it("reverse nothing but earnings and redemptions", async () => {
    const original = await earned(10);
    const { originals } = await book.apply("both", [enrol(), freeze(member), unfreeze(member), settle()]);
    const reversal = (await book.apply("hotel", [reversalOf(original, 1)])).originals[0]!;
    for (const one of [...originals, reversal]) {
      const merchant = one === reversal ? "hotel" : "both";
      const reason = errorOf("PointsLedgerNotReversible", one.kind);
      expect(await book.rejectionOf(merchant, reversalOf(one))).to.equal(reason);
    }
    for (const kind of [kinds.void, 8, 255]) {
      const reason = errorOf("PointsLedgerNotReversible", kind);
      expect(await book.rejectionOf("hotel", reversalOf({ ...original, kind }))).to.equal(reason);
    }
  });

  it("are only for its own merchant", async () => {
    const original = await earned(10);
    const reason = errorOf("PointsLedgerOriginalNotProven", original.operation);
    expect(await book.rejectionOf("park", reversalOf(original))).to.equal(reason);
    expect(await book.rejectionOf("both", reversalOf(original))).to.equal(reason);
  });

  it("of an operation whose id was used twice are of one of the two", async () => {
    const first = await earned(10);
    const again = { ...earn(member, 10), operation: first.operation };
    const second = (await book.apply("hotel", [again])).originals[0]!;
    await book.apply("hotel", [reversalOf(first), reversalOf(second)]);
    expect(await book.balances([member])).to.deep.equal([0n]);
  });
});
