import type { Counters } from "./money.ts";

/** Where the rows of the projection stand, and what is in them beside the place that core adds. */

/** What core adds to every row. */
interface Placed {
  blockNumber: number;
  logIndex: number;
  transactionHash: string;
  /** Seconds since 1970, of the block. */
  time: number;
}

/** One event of a member's history. */
export interface HistoryRow extends Placed {
  kind: "enrol" | "earn" | "redeem" | "reverse" | "freeze" | "unfreeze" | "expire";
  operation?: string;
  merchant?: string;
  /** Signed. */
  points: number;
  /** After it. */
  balance?: number;
  /** The account word after it, hex; absent where a posting follows that has it. */
  account?: string;
  original?: string;
  shortfall?: number;
}

/** A merchant's open position. Money is a decimal string of thousandths of a minor unit. */
export interface PositionRow extends Placed, Counters {
  organisation: string;
  carry: string;
}

export interface PoolRow extends Placed, Counters {
  dropped: number;
  reserve: string;
  closed: string;
}

export interface StatementRow extends Placed, Counters {
  organisation: string;
  opening: string;
  net: string;
  closing: string;
}

export interface SettlementRow extends Placed {
  operation: string;
  number: number;
  reserve: string;
}

/** A member's history, in chain order. */
export const memberPartition = (member: string) => `member#${member}`;

/** All open positions, by organisation. */
export const positionsPartition = "positions";
export const positionKey = (organisation: string) => ({ pk: positionsPartition, sk: organisation });

export const poolKey = { pk: "pool", sk: "pool" };

/** All settlements, by number. */
export const settlementsPartition = "settlements";

/** One settlement, by the operation that closed it. */
export const settlementKey = (operation: string) => ({ pk: `settlement#${operation}`, sk: "closed" });

/** The statements of one settlement, by organisation. */
export const statementsPartition = (settlement: number) => `statements#${numbered(settlement)}`;
export const statementKey = (settlement: number, organisation: string) => ({
  pk: statementsPartition(settlement),
  sk: organisation,
});

/** A number as text that sorts as it does. */
export const numbered = (number: number) => number.toString().padStart(12, "0");
