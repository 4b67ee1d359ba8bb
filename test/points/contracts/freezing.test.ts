import { expect } from "chai";
import type { Hex } from "viem";
import { earn, freeze, nextOperation, redeem, unfreeze } from "../../../scripts/points/sandbox.ts";
import { accountWord } from "../account-word.ts";
import { type Book, openBook } from "./book.ts";
import { reversalOf } from "./originals.ts";
import { errorOf } from "./spelled.ts";

describe("A frozen member", () => {
  let book: Book;
  let member: Hex;
  const frozen = { frozen: true };

  before(async () => (book = await openBook()));
  beforeEach(async () => (member = await book.member()));

  it("is told with the account as it stands, and so is an unfrozen one", async () => {
    await book.apply("hotel", [earn(member, 9)]);
    const [ice, sun] = [freeze(member), unfreeze(member)];
    const { events } = await book.apply("operator", [ice, sun]);
    expect(events.slice(0, 2)).to.deep.equal([
      { eventName: "MemberFrozen", args: { operation: ice.operation, member, account: accountWord([9], 0, frozen) } },
      { eventName: "MemberUnfrozen", args: { operation: sun.operation, member, account: accountWord([9], 0) } },
    ]);
    expect(events.map(({ eventName }) => eventName)).not.to.include("PoolMoved");
  });

  it("cannot redeem until it is unfrozen", async () => {
    await book.apply("hotel", [earn(member, 10)]);
    await book.apply("operator", [freeze(member)]);
    const reason = errorOf("PointsLedgerMemberFrozen", member);
    expect(await book.rejectionOf("hotel", redeem(member, 1))).to.equal(reason);
    expect(await book.rejectionOf("hotel", redeem(member, 0))).to.equal(reason);
    await book.apply("operator", [unfreeze(member)]);
    await book.apply("hotel", [redeem(member, 10)]);
  });

  it("still earns, and keeps its balance", async () => {
    await book.apply("operator", [freeze(member)]);
    const { events } = await book.apply("hotel", [earn(member, 10)]);
    expect(events[0]!.args["account"]).to.equal(accountWord([10], 0, frozen));
    expect(await book.balances([member])).to.deep.equal([10n]);
  });

  it("can be reversed for, and stays frozen", async () => {
    const { originals } = await book.apply("hotel", [earn(member, 10), redeem(member, 4)]);
    await book.apply("operator", [freeze(member)]);
    await book.apply("hotel", [reversalOf(originals[1]!)]);
    const { events } = await book.apply("hotel", [reversalOf(originals[0]!, 7)]);
    expect(events[0]!.args["account"]).to.equal(accountWord([3], 0, frozen));
  });

  it("may be frozen and unfrozen again and again", async () => {
    await book.apply("operator", [freeze(member), freeze(member)]);
    expect(await book.read("accounts", [[member]])).to.deep.equal([accountWord([], 0, frozen)]);
    await book.apply("operator", [unfreeze(member), unfreeze(member)]);
    expect(await book.read("accounts", [[member]])).to.deep.equal([accountWord([], 0)]);
  });

  it("is somebody: an id that nobody enrolled cannot be frozen", async () => {
    const unknown = nextOperation();
    const reason = errorOf("PointsLedgerMemberUnknown", unknown);
    expect(await book.rejectionOf("operator", freeze(unknown))).to.equal(reason);
    expect(await book.rejectionOf("operator", unfreeze(unknown))).to.equal(reason);
  });
});
