import type { Operation } from "../operation.ts";
import { allLanes } from "../store/lanes.ts";
import { readEach } from "../store/operations.ts";
import type { Table } from "../store/table.ts";

/**
 * The operations of this id that the store has. Organisations choose their ids for themselves, so several may have one;
 * where none is named, all are looked at whose lanes are here or that the chain knows.
 */
export async function findOperations(core: Table, id: string, organisation?: string): Promise<Operation[]> {
  const organisations = organisation === undefined ? await knownOrganisations(core) : [organisation];
  const operations = await readEach(
    core,
    organisations.map((each) => ({ organisation: each, id })),
  );
  return operations.filter((operation) => operation !== undefined);
}

async function knownOrganisations(core: Table): Promise<string[]> {
  const known = new Set((await allLanes(core)).map(({ organisation }) => organisation));
  for await (const { sk } of core.partition("organisations")) known.add(sk);
  return [...known];
}
