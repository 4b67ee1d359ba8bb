import type { z } from "zod";
import type { ListPage } from "../core/http/api.ts";
import type { Facade } from "../core/facade.ts";
import { Problem } from "../core/problem.ts";
import { expiredLots, liveLots, sumOf, unpackAccount } from "./account.ts";
import type { Account } from "./account.ts";
import { memberPartition } from "./rows.ts";
import type { HistoryRow } from "./rows.ts";
import type { entry, member } from "./schemas.ts";
import type { Programme } from "./settings.ts";

type Entry = z.input<typeof entry>;

/** A member as the rows tell it, at one moment. */
interface MemberState {
  account: Account;
  programme: Programme;
  /** Seconds since 1970: the later of the latest block's time and the clock, since only the later one is past expiry. */
  now: number;
  /** Expired points that an event dropped already, whose posting is not written yet. */
  dropped: number;
}

/**
 * What a member has now.
 * @throws Problem `not-found` for an id that nobody enrolled
 */
export async function readMember(facade: Facade, id: string): Promise<z.input<typeof member>> {
  const { account, programme, now } = await readState(facade, id);
  const lots = liveLots(account, programme, now);
  const expiring = lots.map(({ points, expiresAt }) => ({ points, expiresAt: timeOf(expiresAt) }));
  return { id, balance: sumOf(lots), expiring, frozen: account.frozen };
}

/** The cursor of what follows an expiry that has no row yet. */
const afterExpiry = "recorded";

/**
 * What happened to a member's points, newest first. What expired and was not dropped by a posting yet stands before all.
 * @throws Problem `not-found` for an id that nobody enrolled
 */
export async function readEntries(
  facade: Facade,
  id: string,
  page: { limit: number; cursor: string | undefined },
): Promise<ListPage<Entry>> {
  const state = await readState(facade, id);
  const items = page.cursor === undefined ? pendingExpiry(state) : [];
  let cursor = page.cursor === afterExpiry ? undefined : page.cursor;
  if (items.length === page.limit) return { items, cursor: afterExpiry };
  do {
    const options = { newestFirst: true, limit: page.limit - items.length, cursor };
    const read = await facade.rows(memberPartition(id), options);
    items.push(...(read.rows as HistoryRow[]).filter(movesPoints).map(entryOf));
    cursor = read.cursor;
  } while (cursor !== undefined && items.length < page.limit);
  return { items, cursor };
}

async function readState(facade: Facade, id: string): Promise<MemberState> {
  const [page, book, head] = await Promise.all([
    // Two, because an expiry is a row of its own right before the posting that has the account.
    facade.rows(memberPartition(id), { newestFirst: true, limit: 2 }),
    facade.book(),
    facade.head(),
  ]);
  const rows = page.rows as HistoryRow[];
  const at = rows.findIndex((row) => row.account !== undefined);
  if (at === -1) throw new Problem("not-found", "Nobody enrolled a member with this id.");
  return {
    account: unpackAccount(BigInt(rows[at]!.account!)),
    programme: book as Programme,
    now: Math.max(head.time, Math.floor(Date.now() / 1000)),
    dropped: rows.slice(0, at).reduce((sum, row) => sum - row.points, 0),
  };
}

function pendingExpiry({ account, programme, now, dropped }: MemberState): Entry[] {
  const lots = expiredLots(account, programme, now);
  const points = sumOf(lots) - dropped;
  if (points <= 0) return [];
  const balance = sumOf(liveLots(account, programme, now));
  return [{ kind: "expire", points: -points, balance, time: timeOf(lots.at(-1)!.expiresAt) }];
}

function movesPoints(row: HistoryRow): boolean {
  return ["earn", "redeem", "reverse", "expire"].includes(row.kind);
}

function entryOf(row: HistoryRow): Entry {
  const { kind, operation, points, merchant, balance, original, shortfall } = row;
  const known = Object.entries({ operation, merchant, balance, original, shortfall });
  return {
    kind: kind as Entry["kind"],
    points,
    ...Object.fromEntries(known.filter(([, value]) => value !== undefined)),
    time: timeOf(row.time),
    transaction: { hash: row.transactionHash, blockNumber: row.blockNumber, logIndex: row.logIndex },
  };
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
