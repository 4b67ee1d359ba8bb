import type { Hex } from "viem";
import {
  type Applied,
  type Entry,
  type Event,
  kinds,
  organisationId,
  roleId,
} from "../../../scripts/points/sandbox.ts";
import { accountWord } from "../account-word.ts";
import { type Calendar, NaiveAccount, periodAt } from "./naive-account.ts";
import { NaiveBooks } from "./naive-books.ts";
import { type Original, withProofs } from "./originals.ts";
import { errorOf } from "./spelled.ts";

/** What a reversal asks for; `proven` says whether it brings the right proof of the right merchant's original. */
export interface AskedReversal {
  original: Original;
  points: number;
  proven: boolean;
}

/** One entry of a batch, with what it means. */
export interface Asked {
  entry: Entry;
  member?: Hex;
  points?: number;
  reversal?: AskedReversal;
  malformed?: boolean;
}

type Decision = string | { events: Event[]; member: Hex; points: number };

const nobody: Hex = `0x${"00".repeat(16)}`;
const COUNTER_END = 2n ** 64n;

/** The whole ledger, kept naively: it says which events each batch must have. It is written from the interface alone. */
export class NaiveLedger {
  readonly accounts = new Map<Hex, NaiveAccount>();
  readonly reversed = new Map<Hex, number>();
  readonly books: NaiveBooks;
  private readonly calendar: Calendar;
  private readonly rolesOf: Record<string, string[]>;
  private readonly batches = new Map<string, bigint>();

  constructor(calendar: Calendar, books: NaiveBooks, rolesOf: Record<string, string[]>) {
    this.calendar = calendar;
    this.books = books;
    this.rolesOf = rolesOf;
  }

  /** Applies one batch and returns the events that the chain must tell, without the root, and what it applied. */
  apply(organisation: string, asked: Asked[], time: number): { events: Event[]; originals: Original[] } {
    const batch = (this.batches.get(organisation) ?? 0n) + 1n;
    this.batches.set(organisation, batch);
    this.books.begin(organisation);
    const [events, applied]: [Event[], Applied[]] = [[], []];
    for (const one of asked) {
      const { kind, operation } = one.entry;
      const decision = this.decide(organisation, one, time);
      if (typeof decision === "string") {
        events.push({ eventName: "OperationRejected", args: { operation, reason: decision } });
        continue;
      }
      const { member, points } = decision;
      const period = periodAt(this.calendar, time);
      events.push(...decision.events);
      applied.push({ kind, operation, batch, index: applied.length, member, points, period });
    }
    events.push(...this.books.announcements());
    const counts = { applied: applied.length, rejected: asked.length - applied.length };
    events.push({ eventName: "BatchApplied", args: { organisation: organisationId(organisation), batch, ...counts } });
    return { events, originals: withProofs(organisation, applied) };
  }

  private decide(organisation: string, asked: Asked, time: number): Decision {
    const { kind, operation, body } = asked.entry;
    if (kind === kinds.void) return errorOf("OperationVoid");
    if (kind > kinds.settle) return errorOf("OperationKindUnknown", kind);
    const role = kind <= kinds.reverse ? "points:merchant" : "points:operator";
    if (!this.rolesOf[organisation]!.includes(role)) {
      return errorOf("OperationRoleMissing", organisationId(organisation), roleId(role));
    }
    if (asked.malformed) return errorOf("OperationBodyMalformed", kind, (body.length - 2) / 2);
    if (kind === kinds.enrol) return this.enrol(operation, time);
    if (kind === kinds.reverse) return this.reverse(organisation, operation, asked.reversal!, time);
    if (kind === kinds.settle) return { events: this.books.settle(operation), member: nobody, points: 0 };

    const member = asked.member!;
    const account = this.accounts.get(member);
    if (!account) return errorOf("PointsLedgerMemberUnknown", member);
    if (kind === kinds.freeze || kind === kinds.unfreeze) {
      account.frozen = kind === kinds.freeze;
      const eventName = account.frozen ? "MemberFrozen" : "MemberUnfrozen";
      return { events: [{ eventName, args: { operation, member, account: word(account) } }], member, points: 0 };
    }
    if (kind === kinds.redeem && account.frozen) return errorOf("PointsLedgerMemberFrozen", member);
    if (asked.points === 0) return errorOf("PointsLedgerZeroPoints");
    return kind === kinds.earn ? this.earn(organisation, asked, time) : this.redeem(organisation, asked, time);
  }

  private enrol(operation: Hex, time: number): Decision {
    if (this.accounts.has(operation)) return errorOf("PointsLedgerMemberExists", operation);
    const account = new NaiveAccount(this.calendar, time);
    this.accounts.set(operation, account);
    const event = { eventName: "MemberEnrolled", args: { operation, account: word(account) } };
    return { events: [event], member: operation, points: 0 };
  }

  private earn(organisation: string, asked: Asked, time: number): Decision {
    const [member, points] = [asked.member!, asked.points!];
    const { dailyIssueCap, pool } = this.books;
    const account = this.accounts.get(member)!;
    const issuedToday = this.books.issuedOn(organisation, time);
    if (issuedToday + BigInt(points) > dailyIssueCap) {
      return errorOf("PointsLedgerDailyCapExceeded", dailyIssueCap, issuedToday, points);
    }
    if (pool.issued + BigInt(points) >= COUNTER_END) return positionFull(organisation);
    if (!account.fits(points, time)) return errorOf("PointsLedgerAccountFull", member);

    const expired = this.expire(member, account, time);
    account.add(points);
    this.books.issue(organisation, points, time);
    const args = { operation: asked.entry.operation, member, points: BigInt(points), account: word(account) };
    return { events: [...expired, { eventName: "PointsEarned", args }], member, points };
  }

  private redeem(organisation: string, asked: Asked, time: number): Decision {
    const [member, points] = [asked.member!, asked.points!];
    const account = this.accounts.get(member)!;
    if (this.books.pool.redeemed + BigInt(points) >= COUNTER_END) return positionFull(organisation);
    const live = account.live(time);
    if (points > live) return errorOf("PointsLedgerInsufficientPoints", member, live, points);

    const expired = this.expire(member, account, time);
    account.take(points, "oldest");
    this.books.move(organisation, "redeemed", points);
    const args = { operation: asked.entry.operation, member, points: BigInt(points), account: word(account) };
    return { events: [...expired, { eventName: "PointsRedeemed", args }], member, points };
  }

  private reverse(organisation: string, operation: Hex, asked: AskedReversal, time: number): Decision {
    const { original } = asked;
    const { kind, member, leaf } = original;
    const { start, periodSeconds, periods } = this.calendar;
    if (kind !== kinds.earn && kind !== kinds.redeem) return errorOf("PointsLedgerNotReversible", kind);
    if (!asked.proven || original.organisation !== organisation) {
      return errorOf("PointsLedgerOriginalNotProven", original.operation);
    }
    if (time >= start + (original.period + periods) * periodSeconds) {
      return errorOf("PointsLedgerOriginalExpired", original.operation);
    }
    const already = this.reversed.get(leaf) ?? 0;
    const left = original.points - already;
    const points = asked.points === 0 ? left : asked.points;
    if (left === 0 || points > left) {
      return errorOf("PointsLedgerReversalTooLarge", original.operation, left, asked.points);
    }
    const account = this.accounts.get(member)!;
    if (kind === kinds.redeem && !account.fits(points, time)) return errorOf("PointsLedgerAccountFull", member);

    this.reversed.set(leaf, already + points);
    const events = this.expire(member, account, time);
    const args: Event["args"] = { operation, member, original: original.operation, points: BigInt(points) };
    if (kind === kinds.earn) {
      const taken = account.take(points, "newest");
      this.books.move(organisation, "clawedBack", taken);
      args["shortfall"] = BigInt(points - taken);
    } else {
      account.add(points);
      this.books.move(organisation, "givenBack", points);
    }
    args["account"] = word(account);
    return {
      events: [...events, { eventName: kind === kinds.earn ? "EarningReversed" : "RedemptionReversed", args }],
      member,
      points,
    };
  }

  private expire(member: Hex, account: NaiveAccount, time: number): Event[] {
    const points = BigInt(account.drop(time));
    this.books.drop(points);
    return points === 0n ? [] : [{ eventName: "PointsExpired", args: { member, points } }];
  }
}

function positionFull(organisation: string): string {
  return errorOf("PointsLedgerPositionFull", organisationId(organisation));
}

function word(account: NaiveAccount): bigint {
  return accountWord(account.buckets(), account.period, account);
}
