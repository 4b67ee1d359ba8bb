import type { Hex } from "viem";
import { type Event, type Programme, organisationId } from "../../../scripts/points/sandbox.ts";

export type Counter = "issued" | "clawedBack" | "redeemed" | "givenBack";
export type Counters = Record<Counter, bigint>;

interface Position extends Counters {
  carry: bigint;
  day: number;
  issuedToday: bigint;
}

const nothing = (): Counters => ({ issued: 0n, clawedBack: 0n, redeemed: 0n, givenBack: 0n });

/** Positions, pool and settlements on paper: every posting is entered at once, and the reserve is money that moves. */
export class NaiveBooks {
  readonly positions = new Map<string, Position>();
  readonly pool = { ...nothing(), dropped: 0n, reserve: 0n, closed: 0n };
  readonly dailyIssueCap: bigint;
  private readonly prices: { issue: bigint; redeem: bigint };
  private settlements = 0n;
  private organisation = "";
  private moved = { position: false, pool: false };

  constructor({ issuePrice, redeemPrice, dailyIssueCap }: Programme) {
    this.prices = { issue: BigInt(issuePrice), redeem: BigInt(redeemPrice) };
    this.dailyIssueCap = dailyIssueCap;
  }

  /** A batch of this organisation begins. */
  begin(organisation: string): void {
    this.organisation = organisation;
    this.moved = { position: false, pool: false };
  }

  /** What a merchant issued on the day of `time`. */
  issuedOn(organisation: string, time: number): bigint {
    const position = this.positions.get(organisation);
    return position?.day === dayOf(time) ? position.issuedToday : 0n;
  }

  issue(organisation: string, points: number, time: number): void {
    const issuedToday = this.issuedOn(organisation, time) + BigInt(points);
    this.move(organisation, "issued", points);
    Object.assign(this.positions.get(organisation)!, { day: dayOf(time), issuedToday });
  }

  move(organisation: string, counter: Counter, points: number | bigint): void {
    if (BigInt(points) === 0n) return;
    const position = this.positions.get(organisation) ?? { ...nothing(), carry: 0n, day: 0, issuedToday: 0n };
    this.positions.set(organisation, position);
    position[counter] += BigInt(points);
    this.pool[counter] += BigInt(points);
    this.pool.reserve -= this.owed({ ...nothing(), [counter]: BigInt(points) });
    this.moved = { position: true, pool: true };
  }

  drop(points: bigint): void {
    this.pool.dropped += points;
    if (points > 0n) this.moved.pool = true;
  }

  /** Closes every position and returns the statements. */
  settle(operation: Hex): Event[] {
    const settlement = ++this.settlements;
    const statements = [...this.positions].map(([name, position]) => {
      const { carry: opening, issued, clawedBack, redeemed, givenBack } = position;
      const value = opening + this.owed(position);
      const [net, closing] = [value / 1000n, value % 1000n];
      this.pool.closed += net * 1000n;
      Object.assign(position, nothing(), { carry: closing });
      const points = { issued, clawedBack, redeemed, givenBack };
      const args = { settlement, organisation: organisationId(name), ...points, opening, net, closing };
      return { eventName: "StatementIssued", args };
    });
    this.moved.pool = true;
    const args = { operation, settlement, statements: statements.length, reserve: this.pool.reserve };
    return [...statements, { eventName: "SettlementClosed", args }];
  }

  /** How the books stand after the batch, as far as it moved them. */
  announcements(): Event[] {
    const organisation = organisationId(this.organisation);
    const own = this.positions.get(this.organisation);
    return [
      ...(this.moved.position ? [{ eventName: "PositionMoved", args: { organisation, ...own } }] : []),
      ...(this.moved.pool ? [{ eventName: "PoolMoved", args: { ...this.pool } }] : []),
    ];
  }

  /** What the pool owes for these points, in thousandths of a minor unit. */
  private owed({ issued, clawedBack, redeemed, givenBack }: Counters): bigint {
    return (redeemed - givenBack) * this.prices.redeem - (issued - clawedBack) * this.prices.issue;
  }
}

/** The day in UTC+8, counted from 1970. */
export function dayOf(time: number): number {
  return Math.floor((time + 8 * 3600) / 86_400);
}
