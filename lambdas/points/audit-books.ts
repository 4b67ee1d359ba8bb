import type { AuditedProgramme } from "./audit-calendar.ts";

/** Counters of points: a merchant's since the last settlement, or the pool's over the life of the book. */
export interface Counted {
  issued: bigint;
  clawedBack: bigint;
  redeemed: bigint;
  givenBack: bigint;
}

/** A merchant's open position, with the day of UTC+8 in which it last issued. */
export interface AuditedPosition extends Counted {
  /** Thousandths of a minor unit. */
  carry: bigint;
  day: number;
  issuedToday: bigint;
}

/** What a settlement says to one merchant, in thousandths of a minor unit; `net` in whole minor units. */
export interface AuditedStatement extends Counted {
  organisation: string;
  opening: bigint;
  net: bigint;
  closing: bigint;
}

const MINOR_UNIT = 1000n;

/** Double entry told naively: every posting at its price, once for its merchant and once for the pool. */
export class AuditedBooks {
  readonly pool = { issued: 0n, clawedBack: 0n, redeemed: 0n, givenBack: 0n, dropped: 0n, reserve: 0n, closed: 0n };
  settlements = 0;
  /** Of those that ever posted points, in the order of their first posting. */
  readonly positions = new Map<string, AuditedPosition>();
  private readonly programme: AuditedProgramme;

  constructor(programme: AuditedProgramme) {
    this.programme = programme;
  }

  /** Enters points of one merchant and of the pool; the pool takes what the merchant pays. */
  post(organisation: string, counter: keyof Counted, points: bigint): void {
    if (points === 0n) return;
    this.position(organisation)[counter] += points;
    this.pool[counter] += points;
    this.pool.reserve -= this.worth({ ...nothing, [counter]: points });
  }

  /** Counts points against the cap of a day; answers how many the merchant has issued in it by then. */
  issueIn(day: number, organisation: string, points: bigint): bigint {
    const position = this.position(organisation);
    if (position.day !== day) Object.assign(position, { day, issuedToday: 0n });
    position.issuedToday += points;
    return position.issuedToday;
  }

  issuedIn(day: number, organisation: string): bigint {
    const position = this.positions.get(organisation);
    return position?.day === day ? position.issuedToday : 0n;
  }

  drop(points: bigint): void {
    this.pool.dropped += points;
  }

  /** Closes every position, in the order of the merchants' first postings. */
  settle(): AuditedStatement[] {
    this.settlements++;
    return [...this.positions].map(([organisation, position]) => {
      const { issued, clawedBack, redeemed, givenBack, carry } = position;
      const value = this.value(position);
      const net = value / MINOR_UNIT;
      const closing = value - net * MINOR_UNIT;
      Object.assign(position, { ...nothing, carry: closing });
      this.pool.closed += net * MINOR_UNIT;
      return { organisation, issued, clawedBack, redeemed, givenBack, opening: carry, net, closing };
    });
  }

  /** What all open positions come to, carry included. */
  open(): bigint {
    return [...this.positions.values()].reduce((sum, position) => sum + this.value(position), 0n);
  }

  /** What an open position comes to: positive where the pool owes the merchant. */
  value(position: Counted & { carry: bigint }): bigint {
    return position.carry + this.worth(position);
  }

  private worth({ issued, clawedBack, redeemed, givenBack }: Counted): bigint {
    const { issuePrice, redeemPrice } = this.programme;
    return redeemPrice * (redeemed - givenBack) - issuePrice * (issued - clawedBack);
  }

  private position(organisation: string): AuditedPosition {
    let position = this.positions.get(organisation);
    if (!position) {
      position = { ...nothing, carry: 0n, day: 0, issuedToday: 0n };
      this.positions.set(organisation, position);
    }
    return position;
  }
}

const nothing: Counted = { issued: 0n, clawedBack: 0n, redeemed: 0n, givenBack: 0n };
