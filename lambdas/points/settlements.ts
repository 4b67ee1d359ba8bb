import type { z } from "zod";
import type { Facade } from "../core/facade.ts";
import type { ListPage } from "../core/http/api.ts";
import { Problem } from "../core/problem.ts";
import { money } from "./money.ts";
import { allRows, countersOf } from "./positions.ts";
import { settlementKey, settlementsPartition, statementKey, statementsPartition } from "./rows.ts";
import type { SettlementRow, StatementRow } from "./rows.ts";
import type { settlement } from "./schemas.ts";

type Settlement = z.input<typeof settlement>;

/** Who looks at a settlement: a merchant sees its own statement, the operator all of them and the reserve. */
export interface Viewer {
  organisation: string;
  operator: boolean;
}

/**
 * One settlement.
 * @throws Problem `not-found`
 */
export async function readSettlement(facade: Facade, id: string, viewer: Viewer): Promise<Settlement> {
  const { pk, sk } = settlementKey(id);
  const row = await facade.row(pk, sk);
  if (row === undefined) throw new Problem("not-found", "No settlement was closed by an operation with this id.");
  return settlementOf(facade, row as SettlementRow, viewer);
}

/** Settlements, newest first. */
export async function readSettlements(
  facade: Facade,
  page: { limit: number; cursor: string | undefined },
  viewer: Viewer,
): Promise<ListPage<Settlement>> {
  const { rows, cursor } = await facade.rows(settlementsPartition, { ...page, newestFirst: true });
  const items = await Promise.all((rows as SettlementRow[]).map((row) => settlementOf(facade, row, viewer)));
  return { items, cursor };
}

async function settlementOf(facade: Facade, row: SettlementRow, viewer: Viewer): Promise<Settlement> {
  const [statements, { currency }] = await Promise.all([statementsOf(facade, row.number, viewer), facade.book()]);
  return {
    id: row.operation,
    number: row.number,
    closedAt: new Date(row.time * 1000).toISOString(),
    transaction: { hash: row.transactionHash, blockNumber: row.blockNumber, logIndex: row.logIndex },
    ...(viewer.operator ? { reserve: money(currency, BigInt(row.reserve)) } : {}),
    statements: statements.map((statement) => ({
      organisation: statement.organisation,
      ...countersOf(statement),
      opening: money(currency, BigInt(statement.opening)),
      net: money(currency, BigInt(statement.net)),
      closing: money(currency, BigInt(statement.closing)),
    })),
  };
}

async function statementsOf(facade: Facade, number: number, viewer: Viewer): Promise<StatementRow[]> {
  if (viewer.operator) return (await allRows(facade, statementsPartition(number))) as StatementRow[];
  const { pk, sk } = statementKey(number, viewer.organisation);
  const own = await facade.row(pk, sk);
  return own === undefined ? [] : [own as StatementRow];
}
