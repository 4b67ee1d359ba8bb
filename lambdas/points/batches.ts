import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { Facade, Intent } from "../core/facade.ts";
import { Problem } from "../core/problem.ts";
import type { batch, batchAnswer } from "./schemas.ts";

/** Something wrong with one entry of a batch. */
interface EntryError {
  path: string;
  message: string;
  index: number;
}

/**
 * Accepts many postings, all or none. A key that comes again in the batch with the same content is the same operation.
 * @throws Problem `key-reused` with the index of each entry whose key has another content, and what Facade.accept throws
 */
export async function acceptBatch(
  facade: Facade,
  organisation: string,
  { operations }: z.output<typeof batch>,
): Promise<z.input<typeof batchAnswer>> {
  const intents = operations.map(({ key, kind, ...request }) => ({
    organisation,
    key,
    scenario: "points",
    kind,
    request,
  }));
  const firsts = firstOfEachKey(intents);
  const accepted = await facade.accept(firsts.map((first) => intents[first]!)).catch((error: unknown) => {
    throw withEntriesOf(error, firsts);
  });
  const statuses = await Promise.all(accepted.map((operation) => facade.status(operation)));
  const known = new Map(firsts.map((first, place) => [intents[first]!.key, place]));
  return {
    operations: intents.map(({ key }) => {
      const place = known.get(key)!;
      return { key, id: accepted[place]!.id, status: statuses[place]! };
    }),
  };
}

/** The index of the first entry of each key. */
function firstOfEachKey(intents: Intent[]): number[] {
  const firsts = new Map<string, number>();
  const errors: EntryError[] = [];
  intents.forEach((intent, index) => {
    const first = firsts.get(intent.key);
    if (first === undefined) firsts.set(intent.key, index);
    else if (!isDeepStrictEqual(intents[first], intent)) {
      errors.push({
        path: `/operations/${index}/key`,
        message: `entry ${first} has this key and another content`,
        index,
      });
    }
  });
  if (errors.length > 0) throw new Problem("key-reused", "A key names two contents in this batch.", { errors });
  return [...firsts.values()];
}

/** The same error, with the indexes of the batch instead of those of what was accepted of it. */
function withEntriesOf(error: unknown, firsts: number[]): unknown {
  if (!(error instanceof Problem) || !Array.isArray(error.extensions["errors"])) return error;
  const errors = error.extensions["errors"].map((one: { index?: number }) => {
    const index = firsts[one.index ?? 0]!;
    return { ...one, path: `/operations/${index}`, index };
  });
  return new Problem(error.problem, error.message, { ...error.extensions, errors }, error.headers);
}
