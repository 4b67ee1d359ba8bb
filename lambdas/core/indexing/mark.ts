import { decide, operationKey, readOpen, readStandings } from "../store/operations.ts";
import { keepOutcomes, readOutcomes } from "../store/outcomes.ts";
import type { Key, Table } from "../store/table.ts";
import { isRefused } from "../store/table.ts";
import { readWaiting } from "../store/queue.ts";
import type { Decided } from "./read-block.ts";

/** Fewer operations than this are not worth an item of their own. */
const COMPANY = 4;

/**
 * Writes decisions on operations. The first decision in chain order stays; an operation that the store does not have was
 * made by another Kapok, or by this one in an earlier life, and is known from here on. What was put into the queue
 * together and is decided together is marked together: only where an operation's own item says that it looks there, so
 * that one that was lost and accepted again is decided too; and only where none of them goes on waiting, so that nothing
 * that is in the queue seems open for want of another item than its own.
 */
export async function mark(table: Table, decided: Decided[]): Promise<void> {
  const named = new Map<string, Decided>();
  for (const each of decided) {
    const name = `${each.organisation} ${each.id}`;
    if (!named.has(name)) named.set(name, each);
  }
  const first = [...named.values()];
  const standings = await readStandings(table, first);
  const alone: Decided[] = [];
  const companies = new Map<string, { whole: number; company: Decided[] }>();
  first.forEach((each, index) => {
    const { decided: isDecided, queued, together = Infinity } = standings[index] ?? {};
    if (isDecided) return;
    if (queued === undefined) return void alone.push(each);
    const place = `${each.organisation} ${queued}`;
    if (!companies.has(place)) companies.set(place, { whole: together, company: [] });
    companies.get(place)!.company.push(each);
  });
  const left = await Promise.all(
    [...companies].map(([place, { whole, company }]) => markTogether(table, place, company, company.length === whole)),
  );
  const changes = [...alone, ...left.flat()].map(({ organisation, id, scenario, decision }) =>
    decide(organisation, id, scenario, decision),
  );
  await table.writeMany([], [], changes);
}

/**
 * Marks operations that wait in one place. Where a block did so before, those that it did not know are left.
 * @param whole whether they are all that were put there
 * @returns the ones that are still to be marked
 */
async function markTogether(table: Table, name: string, company: Decided[], whole: boolean): Promise<Decided[]> {
  const [organisation, place] = name.split(" ") as [string, string];
  const outcomes = new Map(company.map(({ id, scenario, decision }) => [id, { scenario, decision }]));
  if (whole && company.length >= COMPANY && (await keepOutcomes(table, organisation, place, outcomes))) return [];
  const before = await readOutcomes(table, organisation, place);
  return company.filter(({ id }) => !before.has(id));
}

/** Takes queue items out of which every operation is decided. */
export async function unqueue(table: Table, organisation: string, keys: Key[]): Promise<void> {
  const waiting = await readWaiting(table, keys);
  const ids = waiting.flatMap(({ entries }) => entries.map(({ operation }) => operation));
  const { decided } = await readOpen(table, organisation, ids);
  const done = waiting.filter(({ entries }) => entries.every(({ operation }) => decided.has(operation)));
  await table.writeMany(
    [],
    done.map(({ key }) => key),
  );
}

/** Notes on operations that a transaction held and another one was mined in its place: readers go on seeing `submitted`. */
export async function markReturned(table: Table, organisation: string, ids: string[]): Promise<void> {
  await Promise.all(ids.map((id) => markOne(table, operationKey(organisation, id))));
}

/** One that the store has lost meanwhile does not come back as an empty row, which a retry would take for the operation. */
async function markOne(table: Table, Key: Key): Promise<void> {
  try {
    await table.update({
      Key,
      UpdateExpression: "SET returned = :yes",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":yes": true },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}
