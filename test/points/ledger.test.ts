import { expect } from "chai";
import { encodeAbiParameters, encodeErrorResult, toEventSelector } from "viem/utils";
import { pointsLedgerAbi } from "../../contracts/points/generated/PointsLedger.abi.ts";
import { rejectionOf } from "../../lambdas/core/rejection.ts";
import { problems as core } from "../../lambdas/core/problem.ts";
import { ledger } from "../../lambdas/points/ledger.ts";
import { problems } from "../../lambdas/points/problems.ts";
import { points } from "../../lambdas/points/scenario.ts";
import { settings } from "../../lambdas/points/settings.ts";
import { programme } from "./events.ts";

const { start, ...sample } = programme;

describe("the settings of points", () => {
  it("are what a programme of the contract must be", () => {
    expect(settings.parse(sample)).to.deep.equal(sample);
    const wrong: Record<string, unknown>[] = [
      { currency: "cny" },
      { currency: "YUAN" },
      { periodSeconds: 0 },
      { periods: 3 },
      { periods: 9 },
      { issuePricePerThousand: 799 },
      { redeemPricePerThousand: -1 },
      { redeemPricePerThousand: 0.5 },
      { dailyIssueCap: 2 ** 53 },
      { colour: "red" },
    ];
    for (const part of wrong)
      expect(settings.safeParse({ ...sample, ...part }).success, JSON.stringify(part)).to.equal(false);
  });

  it("go to the constructor and come back from the contract", async () => {
    const core = { authority: `0x${"11".repeat(20)}`, organisations: `0x${"22".repeat(20)}` };
    const [authority, organisations, sent] = ledger.constructorArguments(sample, core);
    expect([authority, organisations]).to.deep.equal([core.authority, core.organisations]);
    const constructor = pointsLedgerAbi.find((item) => item.type === "constructor")!;
    expect(() => encodeAbiParameters(constructor.inputs, [authority, organisations, sent] as never)).not.to.throw();
    const read = async (name: string) => (name === "start" ? BigInt(start) : sent);
    expect(await ledger.settingsOf(read)).to.deep.equal(programme);
  });
});

describe("the rejections of points", () => {
  const bytes16 = `0x${"ab".repeat(16)}` as const;
  const id = "abababab-abab-abab-abab-abababababab";
  const sampleOf = (type: string) => (type === "bytes16" ? bytes16 : type === "bytes32" ? `0x${"cd".repeat(32)}` : 7);
  const errors = pointsLedgerAbi.filter((item) => item.type === "error");
  const reasonOf = (errorName: string) => {
    const inputs = errors.find(({ name }) => name === errorName)!.inputs as readonly { type: string }[];
    return encodeErrorResult({
      abi: pointsLedgerAbi,
      errorName,
      args: inputs.map(({ type }) => sampleOf(type)),
    } as never);
  };

  it("name a problem of the catalogue for each custom error with which the contract rejects", () => {
    const rejecting = errors.filter(
      ({ name }) => /^(PointsLedger|Operation)/.test(name) && !/Envelope|Programme/.test(name),
    );
    expect(rejecting.length).to.be.greaterThan(14);
    for (const { name } of rejecting) {
      const rejection = rejectionOf(points, reasonOf(name));
      expect({ ...problems, ...core }, name).to.have.property(rejection.name);
      expect(rejection.detail, name).to.match(/^[A-Z0-9].*\.$/);
      expect(JSON.stringify(rejection)).not.to.contain("undefined");
    }
  });

  it("say what their reader needs", () => {
    const insufficient = rejectionOf(points, reasonOf("PointsLedgerInsufficientPoints"));
    expect(insufficient).to.deep.include({ name: "insufficient-points", member: id, balance: 7, points: 7 });
    const capped = rejectionOf(points, reasonOf("PointsLedgerDailyCapExceeded"));
    expect(capped).to.deep.include({ name: "daily-cap-exceeded", cap: 7, issuedToday: 7 });
    const large = rejectionOf(points, reasonOf("PointsLedgerReversalTooLarge"));
    expect(large).to.deep.include({ name: "reversal-too-large", left: 7, original: id });
    const nothingLeft = ledger.rejection({ name: "PointsLedgerReversalTooLarge", args: [bytes16, 0n, 0n] });
    expect(nothingLeft!.detail).to.equal("All points of the operation are reversed already.");
    expect(rejectionOf(points, reasonOf("OperationVoid")).name).to.equal("void-operation");
    expect(rejectionOf(points, reasonOf("OperationRoleMissing")).name).to.equal("role-missing");
    expect(rejectionOf(points, reasonOf("OperationKindUnknown")).name).to.equal("not-understood-on-chain");
    expect(rejectionOf(points, reasonOf("OperationBodyMalformed")).name).to.equal("not-understood-on-chain");
  });

  it("do not stop at a reason that nobody knows", () => {
    for (const reason of ["0x", "0x12", "0xdeadbeef", `0xdeadbeef${"00".repeat(64)}`]) {
      expect(rejectionOf(points, reason)).to.deep.include({ name: "not-understood-on-chain", reason });
    }
  });
});

describe("the events of points", () => {
  it("are all either projected, applied, core's own, or the pool's", () => {
    const events = pointsLedgerAbi.filter((item) => item.type === "event");
    expect(events.map(({ name }) => name)).to.have.members([
      "AuthorityUpdated",
      "BatchApplied",
      "EarningReversed",
      "MemberEnrolled",
      "MemberFrozen",
      "MemberUnfrozen",
      "OperationRejected",
      "PointsEarned",
      "PointsExpired",
      "PointsRedeemed",
      "PoolMoved",
      "PositionMoved",
      "RedemptionReversed",
      "SettlementClosed",
      "StatementIssued",
    ]);
    expect(new Set(events.map((one) => toEventSelector(one))).size).to.equal(events.length);
  });
});
