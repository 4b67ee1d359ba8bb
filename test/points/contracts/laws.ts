import type { Hex } from "viem";
import { laws } from "../../../lambdas/points/audit-laws.ts";
import type { Event, Programme } from "../../../scripts/points/sandbox.ts";
import { type Counters, dayOf } from "./naive-books.ts";
import { type Snapshot, lotsOf, sumOf } from "./snapshot.ts";

/** One batch as it was seen from outside. */
export interface Seen {
  organisation: Hex;
  time: number;
  events: Event[];
  before: Snapshot;
  after: Snapshot;
  /** How much the contract says was reversed of each original that this batch reversed. */
  reversed: Map<Hex, bigint>;
}

type Law = keyof typeof laws;

const counters = ["issued", "clawedBack", "redeemed", "givenBack"] as const;
const reversals = ["EarningReversed", "RedemptionReversed"];

/** The laws of contracts/points/README.md, checked after every batch against state and events alone. */
export class PointsLaws {
  private readonly programme: Programme;
  private readonly start: number;
  private readonly issued = new Map<string, bigint>();
  private readonly originals = new Map<Hex, { organisation: Hex; points: bigint; period: number; reversed: bigint }>();

  constructor(programme: Programme, start: number) {
    this.programme = programme;
    this.start = start;
  }

  /** The laws that this batch broke, each with what is wrong. */
  broken(seen: Seen): Map<Law, string> {
    const checks: Record<Law, (seen: Seen) => void> = {
      stored: this.stored,
      live: this.live,
      zero: this.zero,
      reserve: this.reserve,
      named: this.named,
      expired: this.expired,
      rejected: this.rejected,
      caps: this.caps,
      reversals: this.reversals,
    };
    const broken = new Map<Law, string>();
    for (const law of Object.keys(laws) as Law[]) {
      try {
        checks[law].call(this, seen);
      } catch (error) {
        broken.set(law, (error as Error).message);
      }
    }
    return broken;
  }

  private stored({ after: { words, pool } }: Seen): void {
    const stored = sumOf([...words.values()].map(pointsIn));
    equal(stored, pool.issued - pool.redeemed - pool.dropped - pool.clawedBack + pool.givenBack, "stored points");
  }

  private live({ after: { words, balances }, time }: Seen): void {
    const stored = sumOf([...words.values()].map(pointsIn));
    const expired = sumOf([...words.values()].map((word) => this.expiredIn(word, time)));
    equal(sumOf(balances.values()), stored - expired, "live points");
  }

  private zero({ after: { positions, pool } }: Seen): void {
    const open = sumOf([...positions.values()].map((position) => position.carry + this.owed(position)));
    equal(open + pool.closed + pool.reserve, 0n, "the sum");
  }

  private reserve({ after: { words, balances, pool }, time }: Seen): void {
    const { issuePrice, redeemPrice } = this.programme;
    const outstanding = pool.issued - pool.clawedBack;
    const difference = BigInt(issuePrice - redeemPrice) * outstanding;
    const expired = pool.dropped + sumOf([...words.values()].map((word) => this.expiredIn(word, time)));
    equal(pool.reserve, BigInt(redeemPrice) * (sumOf(balances.values()) + expired) + difference, "the reserve");
  }

  private named({ events, before, after, time }: Seen): void {
    const named = new Set(events.map(memberOf));
    for (const [member, word] of after.words) {
      if (!named.has(member)) equal(word, before.words.get(member) ?? 0n, `the account of ${member}`);
      equal(after.balances.get(member), pointsIn(word) - this.expiredIn(word, time), `the balance of ${member}`);
    }
  }

  private expired({ events, before, time }: Seen): void {
    const words = new Map(before.words);
    const announced = new Map<Hex, bigint>();
    for (const event of events) {
      const member = memberOf(event);
      if (event.eventName === "PointsExpired") announced.set(member!, event.args["points"]);
      if (member === undefined || event.args["account"] === undefined) continue;
      const [was, is] = [words.get(member) ?? 0n, event.args["account"]];
      words.set(member, is);
      if (event.eventName.startsWith("Member")) continue;
      equal(announced.get(member) ?? 0n, this.expiredIn(was, time), `what expired of ${member}`);
      announced.delete(member);
      equal(this.expiredIn(is, time), 0n, "expired points in an account that was just written");
      if (event.eventName !== "PointsRedeemed") continue;
      const living = lotsOf(was).filter((lot) => this.lives(lot.period, time));
      equal(tell(lotsOf(is)), tell(spent(living, event.args["points"])), `what ${member} has left`);
    }
  }

  private rejected({ events, before, after, organisation }: Seen): void {
    const { applied } = events.at(-1)!.args;
    const outcomes = events.filter(({ args, eventName }) => "operation" in args && eventName !== "OperationRejected");
    equal(outcomes.length, applied, "operations that left an event");
    const moved = (name: string, argument = "points") =>
      sumOf(outcomes.filter(({ eventName }) => eventName === name).map(({ args }) => args[argument]));
    const sums: Counters = {
      issued: moved("PointsEarned"),
      clawedBack: moved("EarningReversed") - moved("EarningReversed", "shortfall"),
      redeemed: moved("PointsRedeemed"),
      givenBack: moved("RedemptionReversed"),
    };
    for (const name of counters) equal(after.pool[name] - before.pool[name], sums[name], `the pool's ${name}`);
    const settlements = outcomes.filter(({ eventName }) => eventName === "SettlementClosed").length;
    equal(after.settlements - before.settlements, BigInt(settlements), "settlements");
    for (const [id, position] of after.positions) {
      if (settlements > 0) continue;
      const was = before.positions.get(id)!;
      for (const name of counters) {
        equal(position[name] - was[name], id === organisation ? sums[name] : 0n, `the position's ${name}`);
      }
    }
    if (applied === 0) equal(tell(stateOf(after)), tell(stateOf(before)), "the state after nothing but rejections");
  }

  private caps({ events, organisation, time, after }: Seen): void {
    const day = `${organisation} ${dayOf(time)}`;
    for (const { eventName, args } of events) {
      if (eventName !== "PointsEarned") continue;
      this.issued.set(day, (this.issued.get(day) ?? 0n) + args["points"]);
      equal(lotsOf(args["account"])[0]!.points >= args["points"], true, "a bucket that holds what was earned");
    }
    const issued = this.issued.get(day) ?? 0n;
    equal(issued <= this.programme.dailyIssueCap, true, "issued within the cap");
    const position = after.positions.get(organisation)!;
    if (position.day === dayOf(time)) equal(position.issuedToday, issued, "what counts as issued today");
  }

  private reversals({ events, organisation, time, reversed }: Seen): void {
    const period = Math.floor((time - this.start) / this.programme.periodSeconds);
    for (const { eventName, args } of events) {
      const { operation, points, original: id } = args;
      if (/^Points(Earned|Redeemed)$/.test(eventName)) {
        this.originals.set(operation, { organisation, points, period, reversed: 0n });
      }
      if (!reversals.includes(eventName)) continue;
      const original = this.originals.get(id);
      if (!original) throw new Error(`${id} never happened`);
      original.reversed += points;
      equal(original.organisation, organisation, "whose original it is");
      equal(period < original.period + this.programme.periods, true, "an original that could still live");
      equal(original.reversed <= original.points, true, "reversed within the original");
      equal((args["shortfall"] ?? 0n) <= points, true, "a shortfall within the reversal");
    }
    for (const [id, amount] of reversed) equal(amount, this.originals.get(id)!.reversed, `what is reversed of ${id}`);
  }

  private owed({ issued, clawedBack, redeemed, givenBack }: Counters): bigint {
    const { issuePrice, redeemPrice } = this.programme;
    return BigInt(redeemPrice) * (redeemed - givenBack) - BigInt(issuePrice) * (issued - clawedBack);
  }

  private expiredIn(word: bigint, time: number): bigint {
    return sumOf(lotsOf(word).map(({ period, points }) => (this.lives(period, time) ? 0n : points)));
  }

  private lives(period: number, time: number): boolean {
    return time < this.start + (period + this.programme.periods) * this.programme.periodSeconds;
  }
}

function memberOf({ eventName, args }: Event): Hex | undefined {
  return eventName === "MemberEnrolled" ? args["operation"] : args["member"];
}

function pointsIn(word: bigint): bigint {
  return sumOf(lotsOf(word).map(({ points }) => points));
}

/** What is left of lots, the newest first, when the oldest are spent first. */
function spent(lots: { period: number; points: bigint }[], points: bigint) {
  const left = lots.toReversed().map((lot) => {
    const taken = lot.points < points ? lot.points : points;
    points -= taken;
    return { ...lot, points: lot.points - taken };
  });
  if (points > 0n) throw new Error(`${points} more were spent than lived`);
  return left.filter((lot) => lot.points > 0n).toReversed();
}

function stateOf({ words, positions, pool, merchants, settlements }: Snapshot): unknown {
  return [[...words], [...positions], pool, merchants, settlements];
}

function tell(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === "bigint" ? String(one) : one));
}

function equal(is: unknown, shouldBe: unknown, what: string): void {
  if (is !== shouldBe) throw new Error(`${what}: ${String(is)}, and should be ${String(shouldBe)}`);
}
