import type { Table } from "../../lambdas/core/store/table.ts";
import type { Home } from "./home.ts";

const key = { pk: "book", sk: "witness" };

/**
 * Whether the store is an older one than the one that this home worked with last: each start counts in both places, the
 * store first. A store that was put back from a copy has counted less.
 */
export async function wasRestored(home: Home, table: Table): Promise<boolean> {
  const kept = (await home.read<{ starts: number }>("witness.json"))?.starts ?? 0;
  const stored = (await table.get(key))?.starts ?? 0;
  const restored = stored < kept;
  const starts = Math.max(kept, stored) + 1;
  await table.put({ ...key, starts });
  await home.write("witness.json", { starts });
  return restored;
}
