import type { z } from "zod";
import type { Facade } from "../core/facade.ts";
import { money, worth } from "./money.ts";
import type { Counters } from "./money.ts";
import { poolKey, positionKey, positionsPartition } from "./rows.ts";
import type { PoolRow, PositionRow } from "./rows.ts";
import type { positions } from "./schemas.ts";
import type { Programme } from "./settings.ts";

type Positions = z.input<typeof positions>;

const unmoved = { issued: 0, clawedBack: 0, redeemed: 0, givenBack: 0 };

/** The open position of one organisation. */
export async function readOwnPosition(facade: Facade, organisation: string): Promise<Positions> {
  const { pk, sk } = positionKey(organisation);
  const [row, book] = await Promise.all([facade.row(pk, sk), facade.book()]);
  return { positions: [positionOf(row ?? { organisation, ...unmoved, carry: "0" }, book as Programme)] };
}

/** Every open position, and the pool. */
export async function readAllPositions(facade: Facade): Promise<Positions> {
  const [rows, pool, book] = await Promise.all([
    allRows(facade, positionsPartition),
    facade.row(poolKey.pk, poolKey.sk),
    facade.book(),
  ]);
  const programme = book as Programme;
  return {
    positions: (rows as PositionRow[]).map((row) => positionOf(row, programme)),
    pool: poolOf(pool ?? { ...unmoved, dropped: 0, reserve: "0", closed: "0" }, programme),
  };
}

/** Every row of a partition, however many pages it has. */
export async function allRows(facade: Facade, pk: string): Promise<unknown[]> {
  const all: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await facade.rows(pk, { limit: 200, cursor });
    all.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
}

function positionOf(row: Pick<PositionRow, keyof Counters | "organisation" | "carry">, programme: Programme) {
  const amount = BigInt(row.carry) + worth(row, programme);
  return { organisation: row.organisation, ...countersOf(row), position: money(programme.currency, amount) };
}

/** The reserve splits exactly, see the law of the reserve in the contract's README. */
function poolOf(row: Pick<PoolRow, keyof Counters | "dropped" | "reserve" | "closed">, programme: Programme) {
  const { currency, issuePricePerThousand, redeemPricePerThousand } = programme;
  const { issued, clawedBack, redeemed, givenBack, dropped } = row;
  const outstanding = issued - clawedBack - redeemed + givenBack - dropped;
  const amount = (points: number, price: number) => money(currency, BigInt(points) * BigInt(price));
  return {
    ...countersOf(row),
    dropped,
    outstanding,
    reserve: money(currency, BigInt(row.reserve)),
    reserveForOutstanding: amount(outstanding, redeemPricePerThousand),
    reserveFromPrices: amount(issued - clawedBack, issuePricePerThousand - redeemPricePerThousand),
    reserveFromExpiry: amount(dropped, redeemPricePerThousand),
    settled: money(currency, BigInt(row.closed)),
  };
}

/** The counters of a row, without what else stands in it. */
export function countersOf({ issued, clawedBack, redeemed, givenBack }: Counters): Counters {
  return { issued, clawedBack, redeemed, givenBack };
}
