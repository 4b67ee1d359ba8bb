import { expect } from "chai";
import type { Abi } from "viem";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import { audit } from "../../../lambdas/core/auditing/audit.ts";
import { LawBroken } from "../../../lambdas/core/auditing/book.ts";
import { laws } from "../../../lambdas/core/auditing/laws.ts";
import { StateForgotten } from "../../../lambdas/core/auditing/pinned-block.ts";
import { Report } from "../../../lambdas/core/auditing/report.ts";
import { ChainError } from "../../../lambdas/core/chain/chain.ts";
import { ChainBroken } from "../../../lambdas/core/chain/walk.ts";
import { points } from "../../../lambdas/points/scenario.ts";
import { AuditBook, newId } from "../../points/audit-book.ts";
import { playStory } from "../../points/audit-story.ts";
import type { Tamper } from "./tampered-chain.ts";
import { tamperCalls, tamperLogs, TamperedChain } from "./tampered-chain.ts";

const envelope: Abi = points.ledger.abi;
const members: Abi = organisationsAbi;

describe("audit: the chain", function () {
  this.timeout(60_000);
  let book: AuditBook;

  before(async () => {
    book = await AuditBook.start();
    await playStory(book);
    await book.revoke("hotel");
  });
  after(() => book.stop());

  async function audited(tamper?: Tamper, own = book): Promise<{ report: Report; chain: TamperedChain; error: any }> {
    const [report, chain] = [new Report(), new TamperedChain(own.file.rpcUrl, tamper)];
    const error = await audit({ chain, scenarios: [points], book: own.file }, report).then(
      () => undefined,
      (error) => error,
    );
    return { report, chain, error };
  }

  it("agrees with an honest node, and checked every law", async () => {
    const { report, error } = await audited();
    expect(error).to.equal(undefined);
    for (const law of Object.values(laws)) expect(report.laws.get(law), law).to.be.greaterThan(0);
    expect(report.stateBlock?.number).to.equal(await book.anvil.chain.head());
  });

  it("reads blocks and their receipts, and never asks for logs", async () => {
    const { chain } = await audited();
    expect([...chain.methods].sort()).to.deep.equal([
      "eth_blockNumber",
      "eth_call",
      "eth_chainId",
      "eth_getBlockByNumber",
      "eth_getBlockReceipts",
    ]);
  });

  const raised = (word: string, by = 1n) => `0x${(BigInt(word) + by).toString(16).padStart(word.length - 2, "0")}`;
  const raisedWord = (bytes: string, word: number): any => {
    const [from, to] = [2 + word * 64, 66 + word * 64];
    return `${bytes.slice(0, from)}${raised(`0x${bytes.slice(from, to)}`).slice(2)}${bytes.slice(to)}`;
  };
  const firstOnly = (change: (log: any) => unknown) => (log: any, index: number) => (index === 0 ? change(log) : log);
  const onBatch = (change: (log: any) => unknown) => tamperLogs(envelope, "BatchApplied", firstOnly(change));

  const lies: Record<string, { law: string; tamper: Tamper }> = {
    "another chain id": {
      law: laws.chain,
      tamper: (method, _, answer) => (method === "eth_chainId" ? "0x1" : answer),
    },
    "another genesis": {
      law: laws.chain,
      tamper: (method, [block], answer) => {
        return method === "eth_getBlockByNumber" && block === "0x0" ? { ...answer, hash: raised(answer.hash) } : answer;
      },
    },
    "another authority of the ledger": {
      law: laws.chain,
      tamper: tamperCalls(envelope, "authority", (answer) => raisedWord(answer, 0)),
    },
    "a batch that somebody else sent": {
      law: laws.signers,
      tamper: (method, _, answer) => {
        return method === "eth_getBlockReceipts"
          ? answer.map((each: any) => ({ ...each, from: raised(each.from) }))
          : answer;
      },
    },
    "a signer that nobody granted": {
      law: laws.signers,
      tamper: tamperLogs(members, "SignerGranted", () => undefined),
    },
    "a signer that was revoked in silence": {
      law: laws.keys,
      tamper: tamperLogs(members, "SignerRevoked", () => undefined),
    },
    "a key that changes sides": {
      law: laws.keys,
      tamper: tamperLogs(members, "SignerGranted", (log) => {
        return {
          ...log,
          topics: [...log.topics.slice(0, 2), `0x${book.signers["hotel"]!.slice(2).padStart(64, "0")}`],
        };
      }),
    },
    "an organisation that nobody admitted": {
      law: laws.keys,
      tamper: tamperLogs(
        members,
        "OrganisationAdmitted",
        firstOnly(() => undefined),
      ),
    },
    "an organisation that the contract does not have": {
      law: laws.keys,
      tamper: tamperLogs(members, "OrganisationAdmitted", (log, index) => {
        return index === 0 ? [log, { ...log, topics: [log.topics[0], raised(log.topics[1], 1n << 16n)] }] : log;
      }),
    },
    "a signer that the contract keeps otherwise": {
      law: laws.keys,
      tamper: tamperCalls(members, "organisationOf", (answer) => raisedWord(answer, 0)),
    },
    "a gap in the numbers of batches": {
      law: laws.numbers,
      tamper: onBatch((log) => ({ ...log, topics: [...log.topics.slice(0, 2), raised(log.topics[2])] })),
    },
    "events outside of any batch": { law: laws.numbers, tamper: onBatch(() => undefined) },
    "a batch too many in the contract": {
      law: laws.numbers,
      tamper: tamperCalls(envelope, "batchCount", (answer) => raisedWord(answer, 0)),
    },
    "a wrong root": { law: laws.roots, tamper: onBatch((log) => ({ ...log, data: raisedWord(log.data, 0) })) },
    "a wrong count of what was applied": {
      law: laws.roots,
      tamper: onBatch((log) => ({ ...log, data: raisedWord(log.data, 1) })),
    },
    "a wrong count of what was rejected": {
      law: laws.roots,
      tamper: onBatch((log) => ({ ...log, data: raisedWord(log.data, 2) })),
    },
    "an event that was left out": {
      law: laws.roots,
      tamper: tamperLogs(
        envelope,
        "PointsEarned",
        firstOnly(() => undefined),
      ),
    },
    "another root in the contract": {
      law: laws.roots,
      tamper: tamperCalls(envelope, "rootOf", (answer) => raisedWord(answer, 0)),
    },
    "an operation that is rejected after it was applied": {
      law: laws.once,
      tamper: tamperLogs(envelope, "OperationRejected", (log, index) => {
        return index === 0 ? [log, log] : log;
      }),
    },
    "a law of its scenario that is broken": {
      law: "points 3",
      tamper: tamperLogs(
        envelope,
        "PositionMoved",
        firstOnly((log) => ({ ...log, data: raisedWord(log.data, 0) })),
      ),
    },
  };

  for (const [lie, { law, tamper }] of Object.entries(lies)) {
    it(`sees ${lie}`, async () => {
      const { error } = await audited(tamper);
      expect(error).to.be.instanceOf(LawBroken);
      expect(error.law).to.contain(law);
    });
  }

  it("sees an operation that was applied twice, and names who did it", async () => {
    const own = await AuditBook.start();
    try {
      const [member, id] = [newId(), newId()];
      await own.submit("hotel", { kind: "enrol", id: member });
      await own.submit("park", { kind: "earn", id, member, points: 5 });
      await own.submit("both", { kind: "earn", id, member, points: 5 });
      expect((await audited(undefined, own)).error).to.equal(undefined);

      await own.submit("park", { kind: "earn", id, member, points: 5 });
      const { error } = await audited(undefined, own);
      expect(error.law).to.equal(laws.once);
      expect(error.message).to.contain(`park repeated its operation ${id}`);
      expect(error.place.blockNumber).to.equal(await own.anvil.chain.head());
    } finally {
      own.stop();
    }
  });

  it("sees blocks that do not follow one another", async () => {
    const { error } = await audited((method, [block], answer) => {
      return method === "eth_getBlockByNumber" && block === "0x14"
        ? { ...answer, parentHash: raised(answer.parentHash) }
        : answer;
    });
    expect(error).to.be.instanceOf(ChainBroken);
  });

  it("waits for a node that lags", async () => {
    let lacking = 5;
    const { error } = await audited((method, _, answer) => {
      return method === "eth_getBlockReceipts" && lacking-- > 0 ? null : answer;
    });
    expect(error).to.equal(undefined);
    expect(lacking).to.be.lessThan(0);
  });

  it("compares the state of a newer block where a node forgot it meanwhile", async () => {
    const first = await book.anvil.chain.head();
    let mined = false;
    const { error, report } = await audited((method, [call, block], answer) => {
      if (method !== "eth_call" || block !== `0x${first.toString(16)}` || call.to === undefined) return answer;
      mined ||= (void book.anvil.passTime(1), true);
      throw new ChainError(method, "world state unavailable", -32000);
    });
    expect(error).to.equal(undefined);
    expect(report.stateBlock?.number).to.be.greaterThan(first);
    expect(report.laws).to.deep.equal((await audited()).report.laws);
  });

  it("says so where a node has no state at all", async () => {
    const { error } = await audited((method, [, block], answer) => {
      if (method === "eth_call" && block !== "latest") throw new ChainError(method, "world state unavailable", -32000);
      return answer;
    });
    expect(error).to.be.instanceOf(StateForgotten);
  });
});
