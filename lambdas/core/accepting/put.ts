import type { Operation } from "../operation.ts";
import { operationItem, operationOf } from "../store/operations.ts";
import { enqueue } from "../store/queue.ts";
import type { Action, Item, Table } from "../store/table.ts";
import { chunks, LARGEST_TRANSACTION, pause, refusals } from "../store/table.ts";
import { gather } from "../store/gather.ts";

/** Stores operations and lets them wait; answers what stands in the store under each id afterwards. */
export type Put = (operations: Operation[]) => Promise<Operation[]>;

/** One action of a transaction is the queue's. */
const TOGETHER = LARGEST_TRANSACTION - 1;

/**
 * Puts operations together with their place in the queue, in one transaction for as many as arrive together: each is new
 * and waits, or stands already and is answered as it stands.
 * @param woken told whose queue grew
 */
export function putter(table: Table, woken: (organisation: string) => void): Put {
  const queues = new Map<string, (operation: Operation) => Promise<Operation>>();

  function queueOf(organisation: string) {
    let queue = queues.get(organisation);
    if (!queue) {
      queue = gather((operations: Operation[]) => putTogether(table, organisation, operations), TOGETHER);
      queues.set(organisation, queue);
    }
    return queue;
  }

  return async (operations) => {
    const organisation = operations[0]!.organisation;
    const stored =
      operations.length === 1
        ? [await queueOf(organisation)(operations[0]!)]
        : (await inOrder(chunks(operations, TOGETHER), (chunk) => putTogether(table, organisation, chunk))).flat();
    woken(organisation);
    return stored;
  };
}

/** Chunks of a batch one after another, so that they wait in the order in which they were sent. */
async function inOrder<In, Out>(list: In[], perform: (input: In) => Promise<Out>): Promise<Out[]> {
  const outputs: Out[] = [];
  for (const input of list) outputs.push(await perform(input));
  return outputs;
}

async function putTogether(table: Table, organisation: string, operations: Operation[]): Promise<Operation[]> {
  const stored = new Map<string, Operation>();
  let left = [...new Map(operations.map((operation) => [operation.id, operation])).values()];
  for (let attempt = 0; left.length > 0; attempt++) {
    try {
      await table.transact([...left.map((operation) => putNew(table, operation)), enqueue(table, organisation, idsOf(left))]);
      for (const operation of left) stored.set(operation.id, operation);
      left = [];
    } catch (error) {
      const reasons = refusals(error);
      if (!reasons) throw error;
      const standing = await standingOf(table, left, reasons);
      for (const operation of standing) stored.set(operation.id, operation);
      left = left.filter(({ id }) => !stored.has(id));
      if (standing.length === 0) await pause(Math.min(500, 5 * 2 ** attempt) * Math.random());
    }
  }
  return operations.map(({ id }) => stored.get(id)!);
}

function putNew(table: Table, operation: Operation): Action {
  return {
    Put: {
      TableName: table.name,
      Item: operationItem(operation),
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/** The operations that stood already where a put was refused. */
async function standingOf(
  table: Table,
  operations: Operation[],
  reasons: { code: string; item?: Item }[],
): Promise<Operation[]> {
  const refused = operations.filter((_, index) => reasons[index]?.code === "ConditionalCheckFailed");
  const found = await table.getMany(refused.map((operation) => operationItem(operation)));
  return [...found.values()].map(operationOf);
}

const idsOf = (operations: Operation[]) => operations.map(({ id }) => id);
