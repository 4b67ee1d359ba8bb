import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { fleeting } from "./alliance.ts";
import type { Desk, Entry } from "./desk.ts";

/** Points that are gone together. */
export interface Lot {
  points: number;
  /** Seconds since 1970: from then on they are gone. */
  expiresAt: number;
}

/** How far the clock of the test may be from that of the book, in seconds. */
const SKEW = 2;

/**
 * When points that come in at `time` are gone.
 * @param phase when the calendar's periods begin: seconds after a multiple of their length
 */
export function expiryOf(time: number, phase: number): number {
  const { periodSeconds, periods } = fleeting;
  const period = Math.floor((time - phase) / periodSeconds);
  return phase + (period + periods) * periodSeconds;
}

/**
 * The lots that a member has at `time` after these entries (newest first), by the plainest rules: the oldest are spent
 * first, the newest taken back first, what is given back is as new.
 * @throws where points were spent that were not there
 */
export function lotsAt(time: number, entries: Entry[], phase: number): Lot[] {
  const lots: Lot[] = [];
  const expire = (now: number) => lots.splice(0, lots.filter(({ expiresAt }) => expiresAt <= now).length);
  for (const { kind, points, time: at } of entries.toReversed()) {
    const now = Date.parse(at) / 1000;
    if (kind === "expire" || now > time) continue;
    expire(now);
    if (points > 0) add(lots, { points, expiresAt: expiryOf(now, phase) });
    else take(lots, -points, kind === "redeem" ? "oldest" : "newest");
  }
  expire(time);
  return lots;
}

function add(lots: Lot[], lot: Lot): void {
  const last = lots.at(-1);
  if (last?.expiresAt === lot.expiresAt) last.points += lot.points;
  else lots.push(lot);
}

function take(lots: Lot[], points: number, which: "oldest" | "newest"): void {
  for (let left = points; left > 0;) {
    const lot = lots.at(which === "oldest" ? 0 : -1);
    if (!lot) throw new Error(`${left} of ${points} points were spent that were not there`);
    const taken = Math.min(left, lot.points);
    lot.points -= taken;
    left -= taken;
    if (lot.points === 0) lots.splice(lots.indexOf(lot), 1);
  }
}

/** Enrols a guest who keeps one point, from which the calendar can be read. */
export async function phaseOf(desk: Desk): Promise<number> {
  const member = await desk.enrol();
  await desk.earn(member, 1);
  const [lot] = await desk.expiring(member);
  return (Date.parse(lot!.expiresAt) / 1000) % fleeting.periodSeconds;
}

/** What a desk sees of a member, after comparing it with what the member's entries come to. */
export async function seen(desk: Desk, member: string, phase: number): Promise<{ lots: Lot[]; entries: Entry[] }> {
  const since = Math.floor(Date.now() / 1000) - SKEW;
  const { balance, expiring } = await desk.read(`/v1/points/members/${member}`);
  const until = Math.floor(Date.now() / 1000) + SKEW;
  const entries = await desk.entries(member);

  const lots: Lot[] = expiring.map(({ points, expiresAt }: any) => ({
    points,
    expiresAt: Date.parse(expiresAt) / 1000,
  }));
  expect(balance).to.equal(lots.reduce((sum, { points }) => sum + points, 0));
  const moments = Array.from({ length: until - since + 1 }, (_, second) => since + second);
  expect(moments.map((time) => lotsAt(time, entries, phase))).to.deep.include(lots);
  return { lots, entries };
}

/** Waits until a time is over by everybody's clock. */
export async function past(seconds: number): Promise<void> {
  await sleep((seconds + SKEW) * 1000 - Date.now());
}
