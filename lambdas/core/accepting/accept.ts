import { checkpoint } from "../checkpoint.ts";
import type { Facade, Intent } from "../facade.ts";
import type { Kapok } from "../kapok.ts";
import type { Service } from "../scenario.ts";
import { operationId } from "../operation.ts";
import type { Operation } from "../operation.ts";
import { Problem } from "../problem.ts";
import { readOperations } from "../store/operations.ts";
import { sameRequest } from "./same-request.ts";
import type { Made, Put } from "./put.ts";

/** How operations become durable. One of these serves a whole process. */
export interface Accepting {
  kapok: Kapok<Service>;
  /** One operation by its id; calls that come together share a read. */
  read: (wanted: { organisation: string; id: string }) => Promise<Operation | undefined>;
  put: Put;
  /** Lets operations wait again that the store has, and perhaps not their place in the queue. */
  queueAgain: (made: Made[]) => Promise<void>;
  /** @throws Problem `too-many-requests` */
  admit: (organisation: string) => Promise<void>;
  /**
   * When this life of the store began, RFC 3339.
   * @throws Problem `learning-from-chain` while it may not know yet what the chain has
   */
  begunAt: () => Promise<string>;
}

/**
 * Accepts operations of one organisation: all of them durably, or none. One that its key already names is answered as it
 * is, whatever became of it; there is no time-out on that.
 * @throws Problem as {@link Facade.accept} says
 */
export async function accept(accepting: Accepting, facade: Facade, intents: Intent[]): Promise<Operation[]> {
  const named = intents.map((intent) => ({ intent, id: operationId(intent.organisation, intent.key) }));
  const wanted = new Map<string, Intent>();
  const reused = new Set<Intent>();
  for (const { intent, id } of named) {
    const earlier = wanted.get(id);
    if (!earlier) wanted.set(id, intent);
    else if (!sameBody(accepting, operationOf(earlier, id), intent)) reused.add(intent);
  }

  const known = await readKnown(accepting, intents.length, wanted);
  const compare = () => {
    for (const { intent, id } of named) {
      const operation = known.get(id);
      if (operation && !sameBody(accepting, operation, intent)) reused.add(intent);
    }
    if (reused.size > 0) throw keyReused(intents, reused);
  };
  compare();

  const makeAll = (some: [string, Intent][]) =>
    Promise.all(some.map(([id, intent]) => make(accepting, facade, id, intent)));
  const begunAt = [...wanted.keys()].every((id) => known.get(id)?.decision) ? "" : await accepting.begunAt();
  const missing = [...wanted].filter(([id]) => !known.has(id));
  if (missing.length > 0) {
    await accepting.admit(named[0]!.intent.organisation);
    const stored = await accepting.put(await makeAll(missing));
    await checkpoint("operations-put-not-answered");
    for (const operation of stored) known.set(operation.id, operation);
    compare();
  }

  const older = [...wanted].filter(([id]) => isOlder(known.get(id)!, begunAt));
  if (older.length > 0) await accepting.queueAgain(await makeAll(older));
  return named.map(({ id }) => known.get(id)!);
}

/** Whether an open operation is from before this life of the store: a copy may have had it, and not its place in the queue. */
function isOlder({ decision, acceptedAt }: Operation, begunAt: string): boolean {
  return !decision && acceptedAt !== undefined && acceptedAt < begunAt;
}

/**
 * The operations that exist. A single one whose kind consults nothing is not looked for: the put finds it, and saves a
 * read of every new one.
 */
async function readKnown(
  accepting: Accepting,
  count: number,
  wanted: Map<string, Intent>,
): Promise<Map<string, Operation>> {
  const [[id, { organisation, scenario, kind }]] = [...wanted] as [[string, Intent]];
  if (count > 1) return readOperations(accepting.kapok.core, organisation, [...wanted.keys()]);
  if (!accepting.kapok.scenario(scenario).operations[kind]!.consults) return new Map();
  const operation = await accepting.read({ organisation, id });
  return new Map(operation ? [[id, operation]] : []);
}

async function make(accepting: Accepting, facade: Facade, id: string, intent: Intent): Promise<Made> {
  const kind = accepting.kapok.scenario(intent.scenario).operations[intent.kind]!;
  const body = await kind.body(intent.request, intent.organisation, facade);
  const operation = { ...operationOf(intent, id), acceptedAt: new Date().toISOString() };
  const isSame = (standing: Operation) => sameBody(accepting, standing, intent);
  return { operation, entry: { code: kind.code, operation: id, body }, isSame };
}

function operationOf(intent: Intent, id: string): Operation {
  const { organisation, scenario, kind, request } = intent;
  return { organisation, id, scenario, kind, request };
}

function sameBody(accepting: Accepting, operation: Operation, intent: Intent): boolean {
  if (operation.scenario !== intent.scenario) return false;
  return sameRequest(accepting.kapok.scenario(intent.scenario), operation, intent.kind, intent.request);
}

function keyReused(intents: Intent[], reused: ReadonlySet<Intent>): Problem {
  const message = "this key was used with another body";
  const errors = intents.filter((intent) => reused.has(intent)).map(({ place }) => ({ ...place, message }));
  const count = errors.length > 1 ? `${errors.length} keys were` : "A key was";
  return new Problem("key-reused", `${count} used with another body.`, { errors });
}
