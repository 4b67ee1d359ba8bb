import { expect } from "chai";
import { decodeErrorResult, encodeErrorResult } from "viem/utils";
import { pointsLedgerAbi } from "../../contracts/points/generated/PointsLedger.abi.ts";
import type { AuditedState } from "../../lambdas/core/auditing/book.ts";
import { LawBroken } from "../../lambdas/core/auditing/book.ts";
import { batchesOf } from "../../lambdas/core/auditing/batches.ts";
import { PinnedBlock } from "../../lambdas/core/auditing/pinned-block.ts";
import { leafHash } from "../../lambdas/core/chain/merkle.ts";
import { walk } from "../../lambdas/core/chain/walk.ts";
import type { LedgerEvent } from "../../lambdas/core/scenario.ts";
import { audit } from "../../lambdas/points/audit.ts";
import { laws } from "../../lambdas/points/audit-laws.ts";
import { lotsOf, sum } from "../../lambdas/points/audit-member.ts";
import { AuditBook, newId, PERIOD } from "./audit-book.ts";
import { playStory } from "./audit-story.ts";

type Events = LedgerEvent[];
type Read = AuditedState["read"];

describe("audit: a book that breaks its laws", function () {
  this.timeout(60_000);
  let book: AuditBook;
  let honest: Events;
  let state: Pick<AuditedState, "blockNumber" | "time" | "read">;

  before(async () => {
    book = await AuditBook.start();
    await playStory(book);
    const { chain } = book.anvil;
    const head = await chain.head();
    honest = [];
    for await (const { block, receipts } of walk(chain, 1, head)) {
      for (const receipt of receipts)
        honest.push(...batchesOf(book.ledger, block, receipt).flatMap(({ events }) => events));
    }
    const pinned = new PinnedBlock(chain, (await chain.block(head))!);
    const contract = { address: book.ledger.address, abi: book.ledger.scenario.ledger.abi };
    const kept = new Map<string, Promise<unknown>>();
    const read: Read = (name, args) => {
      const call = `${name} ${args?.flat()}`;
      if (!kept.has(call)) kept.set(call, pinned.read(contract, name, args));
      return kept.get(call)!;
    };
    state = { blockNumber: head, time: pinned.time, read };
  });
  after(() => book.stop());

  /** What the audit says of these events, and of this state. */
  async function verdict(events: Events, read: Read = state.read, constants = {}): Promise<LawBroken | undefined> {
    const checked = () => {};
    const own = await audit({ constants: { ...book.ledger.constants, ...constants }, leafHash, checked });
    try {
      for (const event of events) own.event(event);
      await own.state({ ...state, read, checked });
      return undefined;
    } catch (error) {
      if (error instanceof LawBroken) return error;
      throw error;
    }
  }

  const find = (name: string, which: (event: LedgerEvent) => boolean = () => true) => {
    const index = honest.findIndex((event) => event.name === name && which(event));
    if (index < 0) throw new Error(`the story has no such ${name}`);
    return index;
  };

  /** The honest events with one of them changed. */
  const changed = (index: number, args: Record<string, unknown>, more: Partial<LedgerEvent> = {}): Events => {
    return honest.map((event, at) => (at === index ? { ...event, ...more, args: { ...event.args, ...args } } : event));
  };
  const without = (index: number) => honest.filter((_, at) => at !== index);
  const argsOf = (index: number) => honest[index]!.args;
  const hexId = () => `0x${newId().replaceAll("-", "")}`;

  it("is silent about the honest story", async () => {
    expect(await verdict(honest)).to.equal(undefined);
  });

  describe("in its events", () => {
    const corruptions: Record<string, { law: string; events: () => Events; constants?: object }> = {
      "an account that holds a point more": {
        law: laws.named,
        events: () => {
          const at = find("PointsEarned");
          return changed(at, { account: argsOf(at).account + 1n });
        },
      },
      "an account that is frozen by nobody": {
        law: laws.named,
        events: () => {
          const at = find("PointsRedeemed");
          return changed(at, { account: argsOf(at).account | (1n << 254n) });
        },
      },
      "a member that is enrolled twice": {
        law: laws.named,
        events: () => {
          const at = find("MemberEnrolled");
          return honest.toSpliced(at, 0, honest[at]!);
        },
      },
      "a posting to a member that nobody enrolled": { law: laws.named, events: () => without(find("MemberEnrolled")) },
      "an earning of a point less": {
        law: laws.named,
        events: () => {
          const at = find("PointsEarned");
          return changed(at, { points: argsOf(at).points - 1n });
        },
      },
      "an expiry that nobody tells of": { law: laws.stored, events: () => without(find("PointsExpired")) },
      "an expiry of a point more": {
        law: laws.stored,
        events: () => {
          const at = find("PointsExpired");
          return changed(at, { points: argsOf(at).points + 1n });
        },
      },
      "an expiry of another member": {
        law: laws.stored,
        events: () => changed(find("PointsExpired"), { member: hexId() }),
      },
      "an expiry before its time": {
        law: laws.stored,
        events: () => {
          const at = find("PointsEarned");
          const { operation, member } = argsOf(at);
          return honest.toSpliced(at + 1, 0, {
            ...honest[at]!,
            name: "PointsExpired",
            args: { operation, member, points: 1n },
          });
        },
      },
      "a shortfall that hides points": {
        law: laws.stored,
        events: () => {
          const at = find("EarningReversed", ({ args }) => args.shortfall > 0n);
          return changed(at, { shortfall: argsOf(at).shortfall - 1n });
        },
      },
      "a pool that dropped a point more": {
        law: laws.stored,
        events: () => {
          const at = find("PoolMoved");
          return changed(at, { dropped: argsOf(at).dropped + 1n });
        },
      },
      "a position off by one": {
        law: laws.zero,
        events: () => {
          const at = find("PositionMoved");
          return changed(at, { issued: argsOf(at).issued + 1n });
        },
      },
      "a carry off by one": {
        law: laws.zero,
        events: () => {
          const at = find("PositionMoved", ({ args }) => args.carry !== 0n);
          return changed(at, { carry: argsOf(at).carry + 1n });
        },
      },
      "a position that moves in silence": { law: laws.zero, events: () => without(find("PositionMoved")) },
      "a pool that moves in silence": { law: laws.zero, events: () => without(find("PoolMoved")) },
      "a reserve off by one": {
        law: laws.zero,
        events: () => {
          const at = find("PoolMoved");
          return changed(at, { reserve: argsOf(at).reserve + 1n });
        },
      },
      "a reserve off by one that the settlements make up for": {
        law: laws.reserve,
        events: () => {
          const at = find("PoolMoved");
          return changed(at, { reserve: argsOf(at).reserve + 1n, closed: argsOf(at).closed - 1n });
        },
      },
      "a statement off by one": {
        law: laws.zero,
        events: () => {
          const at = find("StatementIssued");
          return changed(at, { net: argsOf(at).net - 1n });
        },
      },
      "a statement that carries on too much": {
        law: laws.zero,
        events: () => {
          const at = find("StatementIssued");
          return changed(at, { closing: argsOf(at).closing + 1n });
        },
      },
      "a statement that is missing": { law: laws.zero, events: () => without(find("StatementIssued")) },
      "a settlement that leaves a number out": {
        law: laws.zero,
        events: () => changed(find("SettlementClosed"), { settlement: 2n }),
      },
      "a settlement without its reserve": {
        law: laws.zero,
        events: () => changed(find("SettlementClosed"), { reserve: 0n }),
      },
      "a point that was never there to be spent": {
        law: laws.expired,
        events: () => {
          const at = find("PointsRedeemed");
          return changed(at, { points: 100_000n });
        },
      },
      "points spent after they expired": {
        law: laws.expired,
        events: () => {
          const at = find("PointsExpired", ({ organisation }) => organisation === "park");
          const [earned, redeemed] = [honest[at + 1]!, honest[find("PointsRedeemed")]!];
          const spent = { ...redeemed, time: earned.time, args: { ...redeemed.args, ...earned.args, points: 1n } };
          return [...honest.slice(0, at + 1), spent];
        },
      },
      "a rejection for want of points that were there": {
        law: laws.rejected,
        events: () => {
          const at = find("OperationRejected");
          const { errorName, args } = decodeErrorResult({ abi: pointsLedgerAbi, data: argsOf(at).reason });
          const [member, balance, asked] = args as [`0x${string}`, bigint, bigint];
          expect(errorName).to.equal("PointsLedgerInsufficientPoints");
          return changed(at, {
            reason: encodeErrorResult({ abi: pointsLedgerAbi, errorName, args: [member, balance - 1n, asked] }),
          });
        },
      },
      "a redemption of a frozen member": {
        law: laws.rejected,
        events: () => {
          const at = find("PointsRedeemed");
          const { operation, member } = argsOf(at);
          const frozen = honest.slice(0, at);
          const account = frozen.findLast(({ args }) => args.member === member)!.args.account | (1n << 254n);
          const freezing = { ...honest[at]!, name: "MemberFrozen", args: { operation, member, account } };
          return [...frozen, freezing, ...honest.slice(at)];
        },
      },
      "a cap that is exceeded": { law: laws.caps, events: () => honest, constants: { dailyIssueCap: 899 } },
      "a day's issue that is counted as less": {
        law: laws.caps,
        events: () => {
          const at = find("PositionMoved");
          return changed(at, { issuedToday: argsOf(at).issuedToday - 1n });
        },
      },
      "a reversal of more than there was": {
        law: laws.reversals,
        events: () => changed(find("EarningReversed"), { points: 901n, shortfall: 0n }),
      },
      "a second reversal of what is reversed already": {
        law: laws.reversals,
        events: () => {
          const at = find("RedemptionReversed");
          return honest.toSpliced(at + 1, 0, honest[at]!);
        },
      },
      "a reversal by another merchant": {
        law: laws.reversals,
        events: () => {
          const at = find("EarningReversed");
          return changed(at, {}, { organisation: "park" });
        },
      },
      "a reversal for another member": {
        law: laws.reversals,
        events: () => {
          const at = find("RedemptionReversed");
          const other = argsOf(find("PointsEarned", ({ args }) => args.member !== argsOf(at).member)).member;
          return changed(at, { member: other });
        },
      },
      "a reversal of an operation that does not exist": {
        law: laws.reversals,
        events: () => changed(find("RedemptionReversed"), { original: hexId() }),
      },
      "a reversal after the points expired": {
        law: laws.reversals,
        events: () => {
          const at = find("EarningReversed");
          const late = honest[at]!.time + 20 * PERIOD;
          const before = honest.slice(0, at);
          return [...before, expiryOf(before, argsOf(at).member, late), { ...honest[at]!, time: late }];
        },
      },
    };

    for (const [name, { law, events, constants }] of Object.entries(corruptions)) {
      it(`sees ${name}`, async () => {
        const found = await verdict(events(), state.read, constants);
        expect(found?.law).to.equal(law);
        expect(found?.place?.blockNumber).to.be.greaterThan(0);
      });
    }
  });

  describe("in its state", () => {
    const corruptions: Record<string, { law: string; name: string; change: (kept: any) => unknown }> = {
      "an account": { law: laws.named, name: "accounts", change: ([first, ...rest]) => [first + 1n, ...rest] },
      "a balance": { law: laws.live, name: "balanceOf", change: (kept) => kept + 1n },
      "a position": { law: laws.zero, name: "position", change: (kept) => ({ ...kept, redeemed: kept.redeemed + 1n }) },
      "a day's issue": { law: laws.zero, name: "position", change: (kept) => ({ ...kept, issuedToday: 1n }) },
      "a merchant too few": { law: laws.zero, name: "merchants", change: (kept) => kept.slice(1) },
      "a settlement too many": { law: laws.zero, name: "settlementCount", change: (kept) => kept + 1n },
      "the pool's counters": {
        law: laws.stored,
        name: "pool",
        change: (kept) => ({ ...kept, issued: kept.issued + 1n }),
      },
      "the reserve": { law: laws.stored, name: "pool", change: (kept) => ({ ...kept, reserve: kept.reserve + 1n }) },
      "what was reversed": { law: laws.reversals, name: "reversed", change: (kept) => kept - 1n },
    };

    for (const [subject, { law, name, change }] of Object.entries(corruptions)) {
      it(`sees that the state has ${subject} otherwise`, async () => {
        const read: Read = async (called, args) => {
          const kept = await state.read(called, args);
          return called === name ? change(kept) : kept;
        };
        const found = await verdict(honest, read);
        expect(found?.law).to.equal(law);
        expect(found?.message).to.contain(`block ${state.blockNumber}`);
      });
    }
  });
});

/** The PointsExpired by which all points of a member go at `time`. */
function expiryOf(events: Events, member: string, time: number): LedgerEvent {
  const last = events.findLast(({ args }) => args.member === member)!;
  return { ...last, name: "PointsExpired", args: { member, points: BigInt(sum(lotsOf(last.args.account))) }, time };
}
