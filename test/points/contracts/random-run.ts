import type { Hex } from "viem";
import { type Event, type Programme, kinds, rootOf } from "../../../scripts/points/sandbox.ts";
import { type Book, openBook } from "./book.ts";
import { Dice } from "./dice.ts";
import { PointsLaws } from "./laws.ts";
import { NaiveBooks } from "./naive-books.ts";
import { NaiveLedger } from "./naive-ledger.ts";
import { RandomBatches } from "./random-batches.ts";
import type { Original } from "./originals.ts";
import { snapshotOf } from "./snapshot.ts";
import { growOld } from "./storage.ts";

/** What a run found: the laws that were broken, where the contract differs from paper, and all that it has seen. */
export interface Found {
  broken: Map<string, string>;
  difference?: string;
  batches: number;
  seen: Set<string>;
}

const rolesOf: Record<string, string[]> = {
  hotel: ["points:merchant"],
  park: ["points:merchant"],
  spa: ["points:merchant"],
  operator: ["points:operator"],
  both: ["points:merchant", "points:operator"],
};
const senders = ["hotel", "hotel", "hotel", "park", "park", "both", "both", "spa", "operator"];

/** Runs random batches on a book whose points live for so many periods, until there are enough or something is wrong. */
export async function randomRun(seed: number, periods: number, batches: number): Promise<Found> {
  const dice = new Dice(seed + periods);
  const book = await openBook(randomProgramme(dice, seed, periods), ["hotel", "park", "spa"]);
  const { programme, start } = book;
  const ledger = new NaiveLedger({ start, ...programme }, new NaiveBooks(programme), rolesOf);
  const random = new RandomBatches(dice, ledger, programme, start);
  const laws = new PointsLaws(programme, start);
  const found: Found = { broken: new Map(), batches: 0, seen: new Set() };

  let time = await book.now();
  while (found.batches < batches && found.broken.size === 0 && !found.difference) {
    if (found.batches === batches - 50) await nearlyFill(book, ledger.books);
    time = random.timeAfter(time);
    const organisation = dice.pick(senders);
    const asked = random.batch(time);
    const expected = ledger.apply(organisation, asked, time);
    const members = [...ledger.accounts.keys()];
    const before = await snapshotOf(book, members);

    const events = await book.post(
      organisation,
      asked.map(({ entry }) => entry),
      time,
    );
    const after = await snapshotOf(book, members);
    const reversed = await reversedOf(book, random.originals, events);
    const seen = { organisation: book.organisationId(organisation), time, events, before, after, reversed };
    found.broken = laws.broken(seen);
    found.difference = await differenceOf(book, organisation, events, expected);
    found.batches++;
    random.originals.push(...expected.originals);
    for (const { eventName, args } of events) found.seen.add(args["reason"]?.split("(")[0] ?? eventName);
  }
  return found;
}

/** Prices and periods at random; each of the caps in one book of three. */
function randomProgramme(dice: Dice, seed: number, periods: number): Partial<Programme> {
  const issuePrice = dice.pick([0, 1, 901, 1_000_003, 2 ** 32 - 1]);
  const redeemPrice = Math.min(issuePrice, dice.pick([0, 1, 777, 901, 999_983, 2 ** 32 - 1]));
  const periodSeconds = dice.pick([3601, 86_400, 100_003, 7_776_000]);
  const dailyIssueCap = [50_000n, 2n ** 30n, 2n ** 36n][(seed + periods) % 3]!;
  return { issuePrice, redeemPrice, periodSeconds, periods, dailyIssueCap };
}

/** Makes the book so old that its counters are full soon. */
async function nearlyFill(book: Book, books: NaiveBooks): Promise<void> {
  const [merchant, position] = [...books.positions].find(([, { issued }]) => issued > 0n) ?? [];
  if (!merchant || !position) return;
  const most = books.pool.issued > books.pool.redeemed ? books.pool.issued : books.pool.redeemed;
  const points = 2n ** 64n - 30_000n - most;
  await growOld(book, merchant, points);
  for (const one of [books.pool, position]) {
    one.issued += points;
    one.redeemed += points;
  }
  books.pool.reserve -= points * BigInt(book.programme.redeemPrice) - points * BigInt(book.programme.issuePrice);
}

async function reversedOf(book: Book, originals: Original[], events: Event[]): Promise<Map<Hex, bigint>> {
  const ids = new Set(events.map(({ args }) => args["original"]));
  const wanted = originals.filter(({ operation, kind }) => ids.has(operation) && kind !== kinds.enrol);
  const amounts = await Promise.all(wanted.map(({ leaf }) => book.read("reversed", [leaf])));
  return new Map(wanted.map(({ operation }, at) => [operation, amounts[at]]));
}

/** Where the chain told something else than paper does, roots included. */
async function differenceOf(
  book: Book,
  organisation: string,
  events: Event[],
  { events: expected, originals }: { events: Event[]; originals: Original[] },
): Promise<string | undefined> {
  const root = originals.length === 0 ? `0x${"00".repeat(32)}` : rootOf(originals.map(({ leaf }) => leaf));
  Object.assign(expected.at(-1)!.args, { root });
  for (let at = 0; at < Math.max(events.length, expected.length); at++) {
    const [is, shouldBe] = [told(events[at]), told(expected[at])];
    if (is !== shouldBe) return `${is}\ninstead of\n${shouldBe}`;
  }
  const { batch } = events.at(-1)!.args;
  const stored = await book.read("rootOf", [book.organisationId(organisation), batch]);
  return stored === root ? undefined : `the stored root is ${stored} instead of ${root}`;
}

function told(event?: Event): string {
  if (!event) return "nothing";
  const args = Object.entries(event.args).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${event.eventName} ${args.map(([name, value]) => `${name}: ${value}`).join(", ")}`;
}
