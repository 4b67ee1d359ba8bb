import { expect } from "chai";
import type { Hex } from "viem";
import { earn, enrol, entry, kinds, nextOperation, redeem } from "../../../scripts/points/sandbox.ts";
import { accountWord } from "../account-word.ts";
import { type Book, openBook } from "./book.ts";
import { errorOf } from "./spelled.ts";

describe("Enrolling, earning and redeeming", () => {
  let book: Book;
  let member: Hex;
  const unknown = nextOperation();

  before(async () => (book = await openBook()));
  beforeEach(async () => (member = await book.member()));

  it("enrols a member under the operation's own id, without points", async () => {
    const operation = enrol();
    const { events } = await book.apply("hotel", [operation]);
    const account = accountWord([], 0);
    expect(events[0]).to.deep.equal({
      eventName: "MemberEnrolled",
      args: { operation: operation.operation, account },
    });
    expect(await book.read("accounts", [[operation.operation]])).to.deep.equal([account]);
    expect(await book.balances([operation.operation])).to.deep.equal([0n]);
  });

  it("enrols nobody twice, not even by another merchant", async () => {
    const again = entry(kinds.enrol, "0x", member);
    expect(await book.rejectionOf("hotel", again)).to.equal(errorOf("PointsLedgerMemberExists", member));
    expect(await book.rejectionOf("park", again)).to.equal(errorOf("PointsLedgerMemberExists", member));
  });

  it("tells the account after an earning and after a redemption", async () => {
    const [first, second] = [earn(member, 500), redeem(member, 120)];
    const { events } = await book.apply("hotel", [first, second]);
    expect(events.slice(0, 2)).to.deep.equal([
      {
        eventName: "PointsEarned",
        args: { operation: first.operation, member, points: 500n, account: accountWord([500], 0) },
      },
      {
        eventName: "PointsRedeemed",
        args: { operation: second.operation, member, points: 120n, account: accountWord([380], 0) },
      },
    ]);
    expect(await book.balances([member])).to.deep.equal([380n]);
  });

  it("lets a member redeem everywhere what it earned anywhere", async () => {
    await book.apply("hotel", [earn(member, 100)]);
    await book.apply("park", [redeem(member, 100)]);
    expect(await book.balances([member])).to.deep.equal([0n]);
  });

  it("moves the merchant's position and the pool's by opposite amounts", async () => {
    const id = book.organisationId("spa");
    await book.join("spa", ["points:merchant"]);
    const before = await book.read("pool");
    const { events } = await book.apply("spa", [earn(member, 70), redeem(member, 30)]);
    const position = { issued: 70n, clawedBack: 0n, redeemed: 30n, givenBack: 0n, carry: 0n };
    const pool = await book.read("pool");
    expect(await book.read("position", [id])).to.deep.include(position);
    expect(pool.reserve - before.reserve).to.equal(70n * 900n - 30n * 800n);
    const told = events.slice(-3).map(({ eventName }) => eventName);
    expect(told).to.deep.equal(["PositionMoved", "PoolMoved", "BatchApplied"]);
    expect(events.at(-3)!.args).to.deep.include({ organisation: id, ...position, issuedToday: 70n });
    expect(events.at(-2)!.args).to.deep.equal(pool);
    expect((await book.read("merchants")).at(-1)).to.equal(id);
  });

  it("rejects postings for an id that nobody enrolled", async () => {
    const reason = errorOf("PointsLedgerMemberUnknown", unknown);
    expect(await book.rejectionOf("hotel", earn(unknown, 1))).to.equal(reason);
    expect(await book.rejectionOf("hotel", redeem(unknown, 1))).to.equal(reason);
    expect(await book.read("accounts", [[unknown]])).to.deep.equal([0n]);
    expect(await book.balances([unknown])).to.deep.equal([0n]);
  });

  it("rejects a posting of no points", async () => {
    expect(await book.rejectionOf("hotel", earn(member, 0))).to.equal(errorOf("PointsLedgerZeroPoints"));
    expect(await book.rejectionOf("hotel", redeem(member, 0))).to.equal(errorOf("PointsLedgerZeroPoints"));
  });

  it("rejects a redemption of more than there is, and says what there is", async () => {
    await book.apply("hotel", [earn(member, 5)]);
    const reason = errorOf("PointsLedgerInsufficientPoints", member, 5, 6);
    expect(await book.rejectionOf("park", redeem(member, 6))).to.equal(reason);
    const most = errorOf("PointsLedgerInsufficientPoints", member, 5, 2 ** 32 - 1);
    expect(await book.rejectionOf("park", redeem(member, 2 ** 32 - 1))).to.equal(most);
    await book.apply("park", [redeem(member, 5)]);
  });

  it("decides each operation of a batch after those before it, and the rejected cost their neighbours nothing", async () => {
    const events = await book.post("hotel", [
      redeem(member, 10),
      earn(member, 10),
      redeem(member, 10),
      redeem(member, 10),
      earn(member, 3),
    ]);
    const told = events.map(({ eventName }) => eventName);
    const posted = ["OperationRejected", "PointsEarned", "PointsRedeemed", "OperationRejected", "PointsEarned"];
    expect(told).to.deep.equal([...posted, "PositionMoved", "PoolMoved", "BatchApplied"]);
    expect(events.at(-1)!.args).to.deep.include({ applied: 3, rejected: 2 });
    expect(await book.balances([member])).to.deep.equal([3n]);
  });

  it("holds no ids: the same operation sent twice is applied twice", async () => {
    const twice = earn(member, 7);
    await book.post("hotel", [twice, twice]);
    expect(await book.balances([member])).to.deep.equal([14n]);
  });

  it("numbers an empty batch, which tells nothing else", async () => {
    const [last] = (await book.post("hotel", [])).map(({ args }) => args["batch"]);
    const events = await book.post("hotel", []);
    expect(events.map(({ eventName }) => eventName)).to.deep.equal(["BatchApplied"]);
    expect(events[0]!.args).to.deep.include({ batch: last + 1n, applied: 0, rejected: 0 });
  });
});
