import { expect } from "chai";
import { applied } from "../../lambdas/points/applied.ts";
import { project } from "../../lambdas/points/projection.ts";
import { accountWord } from "./account-word.ts";
import { event, hexOf, organisationBytes } from "./events.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
const operation = "0b8e6a52-7f3c-8a1d-9e40-5c2d71f8a6b3";
const original = "11111111-2222-8333-9444-555555555555";
// At 1234, of a book that began at 1000, it is period 2.
const account = accountWord([300, 20], 2);
const posting = { operation: hexOf(operation), member: hexOf(member), points: 300n, account };

describe("what an event applies", () => {
  const of = (name: string, args: Record<string, unknown>) => {
    const { details, ...rest } = applied(event(name, args))!;
    return { ...rest, details: Buffer.from(details).toString("hex") };
  };
  const packedMember = member.replaceAll("-", "");

  it("an enrolment", () => {
    const details = `${operation.replaceAll("-", "")}0000000000000002`;
    const enrolled = of("MemberEnrolled", { operation: hexOf(operation), account: accountWord([], 2) });
    expect(enrolled).to.deep.equal({ operation, kind: "enrol", code: 1, details, result: { member: operation } });
  });

  it("an earning and a redemption", () => {
    const details = `${packedMember}0000012c00000002`;
    const result = { member, points: 300, balance: 320 };
    expect(of("PointsEarned", posting)).to.deep.equal({ operation, kind: "earn", code: 2, details, result });
    expect(of("PointsRedeemed", posting)).to.deep.equal({ operation, kind: "redeem", code: 3, details, result });
  });

  it("reversals", () => {
    const details = `${packedMember}0000012c00000002`;
    const reversal = { ...posting, original: hexOf(original) };
    expect(of("EarningReversed", { ...reversal, shortfall: 100n })).to.deep.equal({
      operation,
      kind: "reverse",
      code: 4,
      details,
      result: { member, points: 300, original, shortfall: 100, balance: 320 },
    });
    const { result } = of("RedemptionReversed", reversal);
    expect(result).to.deep.equal({ member, points: 300, original, balance: 320 });
  });

  it("freezing and unfreezing", () => {
    const details = `${packedMember}0000000000000002`;
    const args = { operation: hexOf(operation), member: hexOf(member), account: accountWord([5], 0, { frozen: true }) };
    const result = { member, frozen: true };
    expect(of("MemberFrozen", args)).to.deep.equal({ operation, kind: "freeze", code: 5, details, result });
    const free = of("MemberUnfrozen", { ...args, account: accountWord([5], 0) });
    expect([free.kind, free.code, free.result]).to.deep.equal(["unfreeze", 6, { member, frozen: false }]);
  });

  it("a settlement", () => {
    const args = { operation: hexOf(operation), settlement: 3n, statements: 2, reserve: 5n };
    const details = "0".repeat(32) + "00000000" + "00000002";
    const result = { settlement: 3, statements: 2 };
    expect(of("SettlementClosed", args)).to.deep.equal({ operation, kind: "settle", code: 7, details, result });
  });

  it("nothing for the other events", () => {
    for (const name of ["PointsExpired", "PositionMoved", "PoolMoved", "StatementIssued", "BatchApplied"]) {
      expect(applied(event(name, {})), name).to.equal(undefined);
    }
  });
});

describe("the rows that an event makes", () => {
  it("one of the member's history, with signed points, the balance and the account after it", () => {
    const pk = `member#${member}`;
    const word = `0x${account.toString(16)}`;
    const row = (kind: string, points: number, more = {}) => [
      { pk, attributes: { kind, operation, merchant: "hotel", points, balance: 320, account: word, ...more } },
    ];
    expect(project(event("PointsEarned", posting))).to.deep.equal(row("earn", 300));
    expect(project(event("PointsRedeemed", posting))).to.deep.equal(row("redeem", -300));
    const reversal = { ...posting, original: hexOf(original) };
    const reversed = project(event("EarningReversed", { ...reversal, shortfall: 100n }));
    expect(reversed).to.deep.equal(row("reverse", -200, { original, shortfall: 100 }));
    expect(project(event("RedemptionReversed", reversal))).to.deep.equal(row("reverse", 300, { original }));
    const expired = project(event("PointsExpired", { member: hexOf(member), points: 40n }));
    expect(expired).to.deep.equal([{ pk, attributes: { kind: "expire", points: -40 } }]);
  });

  it("the position and the pool, with money as text that no number could hold", () => {
    const counters = { issued: 10n, clawedBack: 1n, redeemed: 5n, givenBack: 2n };
    const numbers = { issued: 10, clawedBack: 1, redeemed: 5, givenBack: 2 };
    const moved = { ...counters, organisation: organisationBytes("park"), carry: -7n, day: 3, issuedToday: 10n };
    expect(project(event("PositionMoved", moved))).to.deep.equal([
      { pk: "positions", sk: "park", attributes: { organisation: "park", ...numbers, carry: "-7" } },
    ]);
    const pool = { ...counters, dropped: 3n, reserve: 2n ** 100n, closed: -(2n ** 90n) };
    const text = { reserve: `${2n ** 100n}`, closed: `-${2n ** 90n}` };
    expect(project(event("PoolMoved", pool))).to.deep.equal([
      { pk: "pool", sk: "pool", attributes: { ...numbers, dropped: 3, ...text } },
    ]);
  });

  it("a statement, which also begins the next position", () => {
    const counters = { issued: 10n, clawedBack: 1n, redeemed: 5n, givenBack: 2n };
    const money = { opening: 100n, net: -3n, closing: -999n };
    const [statement, position] = project(
      event("StatementIssued", { settlement: 12n, organisation: organisationBytes("park"), ...counters, ...money }),
    );
    expect(statement).to.deep.equal({
      pk: "statements#000000000012",
      sk: "park",
      attributes: {
        organisation: "park",
        issued: 10,
        clawedBack: 1,
        redeemed: 5,
        givenBack: 2,
        opening: "100",
        net: "-3000",
        closing: "-999",
      },
    });
    const zero = { issued: 0, clawedBack: 0, redeemed: 0, givenBack: 0 };
    expect(position).to.deep.equal({
      pk: "positions",
      sk: "park",
      attributes: { organisation: "park", ...zero, carry: "-999" },
    });
  });

  it("a settlement, to be found by its number and by its operation", () => {
    const args = { operation: hexOf(operation), settlement: 12n, statements: 2, reserve: 5n };
    const attributes = { operation, number: 12, reserve: "5" };
    expect(project(event("SettlementClosed", args))).to.deep.equal([
      { pk: "settlements", sk: "000000000012", attributes },
      { pk: `settlement#${operation}`, sk: "closed", attributes },
    ]);
  });

  it("none for the other events", () => {
    expect(project(event("BatchApplied", {}))).to.deep.equal([]);
  });
});
