import { expect } from "chai";
import type { Facade } from "../../lambdas/core/facade.ts";
import type { Operation } from "../../lambdas/core/operation.ts";
import { Problem } from "../../lambdas/core/problem.ts";
import { operations } from "../../lambdas/points/operations.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
const original = "0b8e6a52-7f3c-8a1d-9e40-5c2d71f8a6b3";
const hex = async (body: Uint8Array | Promise<Uint8Array>) => Buffer.from(await body).toString("hex");

function facadeOf(operation: Operation | undefined, path: Uint8Array[] = []): Facade {
  return {
    operation: async (organisation: string, id: string) =>
      organisation === "hotel" && id === original ? operation : undefined,
    proofPath: async (organisation: string, batch: number, index: number) =>
      organisation === "hotel" && batch === 258 && index === 7 ? path : [],
  } as Partial<Facade> as Facade;
}

const transaction = { hash: "0x01", blockNumber: 1, logIndex: 0 };
const decidedAt = "2026-11-01T00:00:00.000Z";
const details = "5f0c2d8194e78b36a2d107c9be4f6a58" + "0000012c" + "00000005";
const earning: Operation = {
  organisation: "hotel",
  id: original,
  scenario: "points",
  kind: "earn",
  decision: {
    status: "final",
    kind: "earn",
    transaction,
    decidedAt,
    proof: { batch: 258, index: 7, code: 2, details },
  },
};

describe("what an operation becomes on the chain", () => {
  const { enrol, earn, redeem, reverse, freeze, unfreeze, settle } = operations;
  const nowhere = facadeOf(undefined);

  it("has the kind bytes of IPointsLedger.sol", () => {
    const codes = [enrol, earn, redeem, reverse, freeze, unfreeze, settle].map(({ code }) => code);
    expect(codes).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
  });

  it("is packed: nothing for enrol and settle", async () => {
    expect(await hex(enrol.body({}, "hotel", nowhere))).to.equal("");
    expect(await hex(settle.body({}, "hotel", nowhere))).to.equal("");
  });

  it("is packed: member and points for earn and redeem", async () => {
    for (const kind of [earn, redeem]) {
      const packed = await hex(kind.body({ member, points: 300 }, "hotel", nowhere));
      expect(packed).to.equal("5f0c2d8194e78b36a2d107c9be4f6a580000012c");
    }
    const most = await hex(earn.body({ member, points: 4294967295 }, "hotel", nowhere));
    expect(most).to.equal("5f0c2d8194e78b36a2d107c9be4f6a58ffffffff");
  });

  it("is packed: the member for freeze and unfreeze", async () => {
    for (const kind of [freeze, unfreeze]) {
      expect(await hex(kind.body({ member }, "hotel", nowhere))).to.equal("5f0c2d8194e78b36a2d107c9be4f6a58");
    }
  });

  it("is packed: original, how much, and the path for reverse", async () => {
    const path = [new Uint8Array(32).fill(0xaa), new Uint8Array(32).fill(0xbb)];
    const head = "02" + "0b8e6a527f3c8a1d9e405c2d71f8a6b3" + "0000000000000102" + "00000007" + details;
    const facade = facadeOf(earning, path);
    const whole = await hex(reverse.body({ operation: original }, "hotel", facade));
    expect(whole).to.equal(head + "00000000" + "aa".repeat(32) + "bb".repeat(32));
    const part = await hex(reverse.body({ operation: original, points: 100 }, "hotel", facadeOf(earning)));
    expect(part).to.equal(head + "00000064");
    expect(part.length / 2).to.equal(57);
  });
});

describe("what can be reversed", () => {
  const decided = (decision: Partial<NonNullable<Operation["decision"]>>): Operation => ({
    ...earning,
    decision: { ...earning.decision!, ...decision },
  });
  const { decision: _, ...open } = earning;
  const { proof, ...unproven } = earning.decision!;
  const cases: [string, Operation | undefined, string][] = [
    ["an operation that is not there", undefined, "not-found"],
    ["another scenario's operation", { ...earning, scenario: "charity" }, "not-found"],
    ["an open earning", open, "original-not-final"],
    ["an open reversal", { ...open, kind: "reverse" }, "not-reversible"],
    ["a rejected earning", decided({ status: "rejected" }), "not-reversible"],
    ["a reversal", { ...decided({ kind: "reverse" }), kind: "reverse" }, "not-reversible"],
    ["an enrolment", { ...decided({ kind: "enrol" }), kind: "enrol" }, "not-reversible"],
    [
      "a settlement that was learned from the chain",
      { ...decided({ kind: "settle" }), kind: "settle" },
      "not-reversible",
    ],
    ["an earning whose place in its batch is not known yet", { ...earning, decision: unproven }, "original-not-final"],
  ];
  for (const [what, operation, name] of cases) {
    it(`${what}: ${name}`, async () => {
      const error = await Promise.resolve(
        operations.reverse.body({ operation: original }, "hotel", facadeOf(operation)),
      ).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Problem);
      expect((error as Problem).problem).to.equal(name);
    });
  }

  it("a final earning or redemption, also one that was learned from the chain", async () => {
    const { kind, request, acceptedAt, ...learned } = earning;
    for (const operation of [earning, learned, { ...decided({ kind: "redeem" }), kind: "redeem" }]) {
      expect(await operations.reverse.body({ operation: original }, "hotel", facadeOf(operation))).to.have.length(57);
    }
  });
});

describe("whether a request is what the chain holds", () => {
  it("is decided by member and points, or by original and points", () => {
    const { enrol, earn, reverse, freeze, settle } = operations;
    expect(enrol.matches({ reference: "x" }, { member })).to.equal(true);
    expect(settle.matches({}, { settlement: 1 })).to.equal(true);
    expect(earn.matches({ member, points: 3, reference: "x" }, { member, points: 3, balance: 9 })).to.equal(true);
    expect(earn.matches({ member, points: 4 }, { member, points: 3 })).to.equal(false);
    expect(earn.matches({ member: original, points: 3 }, { member, points: 3 })).to.equal(false);
    expect(freeze.matches({ member }, { member, frozen: true })).to.equal(true);
    expect(freeze.matches({ member: original }, { member, frozen: true })).to.equal(false);
    expect(reverse.matches({ operation: original }, { original, points: 3 })).to.equal(true);
    expect(reverse.matches({ operation: original, points: 3 }, { original, points: 3 })).to.equal(true);
    expect(reverse.matches({ operation: original, points: 2 }, { original, points: 3 })).to.equal(false);
    expect(reverse.matches({ operation: member }, { original, points: 3 })).to.equal(false);
  });
});
