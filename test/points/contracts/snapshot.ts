import type { Hex } from "viem";
import type { Book } from "./book.ts";
import type { Counters } from "./naive-books.ts";

/** All that the contract shows of its state at one moment. */
export interface Snapshot {
  words: Map<Hex, bigint>;
  balances: Map<Hex, bigint>;
  positions: Map<Hex, Counters & { carry: bigint; day: number; issuedToday: bigint }>;
  pool: Counters & { dropped: bigint; reserve: bigint; closed: bigint };
  merchants: Hex[];
  settlements: bigint;
}

export async function snapshotOf(book: Book, members: Hex[]): Promise<Snapshot> {
  const organisations = Object.keys(book.signerOf).map(book.organisationId);
  const [words, balances, positions, pool, merchants, settlements]: any[] = await Promise.all([
    book.read("accounts", [members]),
    book.balances(members),
    Promise.all(organisations.map((id) => book.read("position", [id]))),
    book.read("pool"),
    book.read("merchants"),
    book.read("settlementCount"),
  ]);
  return {
    words: new Map(members.map((member, at) => [member, words[at]])),
    balances: new Map(members.map((member, at) => [member, balances[at]])),
    positions: new Map(organisations.map((id, at) => [id, positions[at]])),
    pool,
    merchants,
    settlements,
  };
}

/** The points of an account word, by the period in which they were earned. */
export function lotsOf(word: bigint): { period: number; points: bigint }[] {
  const period = Number((word >> 224n) & (2n ** 30n - 1n));
  const lots = Array.from({ length: 8 }, (_, age) => {
    return { period: period - age, points: (word >> BigInt(28 * age)) & (2n ** 28n - 1n) };
  });
  return lots.filter(({ points }) => points > 0n);
}

export function sumOf(numbers: Iterable<bigint>): bigint {
  return [...numbers].reduce((sum, one) => sum + one, 0n);
}
