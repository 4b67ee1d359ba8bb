import { expect } from "chai";
import { randomInt } from "node:crypto";
import { laws } from "../../../lambdas/points/audit-laws.ts";
import { type Found, randomRun } from "./random-run.ts";

const seed = Number(process.env["SEED"] ?? randomInt(2 ** 31));
const batches = Number(process.env["BATCHES"] ?? 120);

/** `SEED=… BATCHES=…` run it again, or longer. Each law has the number and the words of contracts/points/README.md. */
describe(`The laws of a points book, over random batches (SEED=${seed})`, () => {
  const found: Found[] = [];

  before(async function () {
    this.timeout(0);
    for (const periods of [4, 5, 6, 7, 8]) found.push(await randomRun(seed, periods, batches));
  });

  for (const [name, law] of Object.entries(laws)) {
    it(law, () => {
      expect(found.flatMap(({ broken }) => broken.get(name) ?? [])).to.deep.equal([]);
    });
  }

  it("Every event is the one that a naive book of lots tells, every rejection its reason, every root its root", () => {
    expect(found.flatMap(({ difference }) => difference ?? [])).to.deep.equal([]);
    expect(found.map((one) => one.batches)).to.deep.equal(found.map(() => batches));
  });

  it("The run has seen every event and every reason", () => {
    const seen = new Set(found.flatMap((one) => [...one.seen]));
    expect([...seen].sort()).to.include.members(everything);
  });
});

const everything = [
  "BatchApplied",
  "EarningReversed",
  "MemberEnrolled",
  "MemberFrozen",
  "MemberUnfrozen",
  "OperationBodyMalformed",
  "OperationKindUnknown",
  "OperationRoleMissing",
  "OperationVoid",
  "PointsEarned",
  "PointsExpired",
  "PointsLedgerAccountFull",
  "PointsLedgerDailyCapExceeded",
  "PointsLedgerInsufficientPoints",
  "PointsLedgerMemberExists",
  "PointsLedgerMemberFrozen",
  "PointsLedgerMemberUnknown",
  "PointsLedgerNotReversible",
  "PointsLedgerOriginalExpired",
  "PointsLedgerOriginalNotProven",
  "PointsLedgerPositionFull",
  "PointsLedgerReversalTooLarge",
  "PointsLedgerZeroPoints",
  "PointsRedeemed",
  "PoolMoved",
  "PositionMoved",
  "RedemptionReversed",
  "SettlementClosed",
  "StatementIssued",
];
