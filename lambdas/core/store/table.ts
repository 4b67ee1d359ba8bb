import { DynamoDBClient, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type {
  BatchWriteCommandInput,
  DeleteCommandInput,
  PutCommandInput,
  QueryCommandInput,
  TransactWriteCommandInput,
  UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";

export interface Key {
  pk: string;
  sk: string;
}
export type Item = Key & Record<string, any>;
/** Errors of the way to the store, and of a store that is overloaded or down. */
const UNREACHABLE =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|TimeoutError|NetworkingError|InternalServerError|ServiceUnavailable|ThrottlingException|ProvisionedThroughputExceeded|RequestLimitExceeded)/;

export type Action = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
type Without<Input> = Omit<Input, "TableName">;
/** An update that may be made twice. */
export type Change = Without<UpdateCommandInput>;

/** DynamoDB's own bounds. */
export const LARGEST_TRANSACTION = 100;
const LARGEST_BATCH_READ = 100;
const LARGEST_BATCH_WRITE = 25;

const CONFLICTS = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);
/** After so many, some six seconds have passed. */
const MOST_CONFLICTS = 10;

/** The client copies all that it sends and hears for a log that takes it, even for its own silent one. */
const WITHOUT_INFO = { trace() {}, debug() {}, warn() {}, error() {} } as unknown as DynamoDBClientConfig["logger"];

/** A client for every table. Without an endpoint it is AWS's, with the credentials of the environment. */
export function dynamodb(endpoint?: string): DynamoDBDocumentClient {
  const local = endpoint && {
    endpoint,
    region: "local",
    credentials: { accessKeyId: "kapok", secretAccessKey: "kapok" },
  };
  const client = new DynamoDBClient({ ...local, maxAttempts: 5, logger: WITHOUT_INFO });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  documents.middlewareStack.add(
    (next) => async (input) => {
      try {
        return await next(input);
      } catch (error) {
        const { name, code } = error as { name?: string; code?: string };
        throw UNREACHABLE.test(code ?? "") || UNREACHABLE.test(name ?? "") ? new StoreUnavailable(error) : error;
      }
    },
    { step: "initialize", name: "storeUnavailable" },
  );
  return documents;
}

/** The store did not answer, though it was asked several times. What was asked may have been done or not. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super("the store does not answer", { cause });
    this.name = "StoreUnavailable";
  }
}

/** One table with string keys `pk` and `sk`. Every read is strongly consistent. */
export class Table {
  readonly name: string;
  private readonly client: DynamoDBDocumentClient;
  private readonly inTransactions: boolean;

  /** @param inTransactions whether many writes go as transactions: faster on a local engine, twice the price in AWS */
  constructor(client: DynamoDBDocumentClient, name: string, inTransactions = false) {
    this.client = client;
    this.name = name;
    this.inTransactions = inTransactions;
  }

  /** The identity that DynamoDB gave this table: a restored one has another. */
  async identity(): Promise<string> {
    const { Table: table } = await this.client.send(new DescribeTableCommand({ TableName: this.name }));
    return table?.TableId ?? table?.TableArn ?? this.name;
  }

  async get<T extends Item = Item>(key: Key): Promise<T | undefined> {
    const answer = await this.client.send(new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true }));
    return answer.Item as T | undefined;
  }

  async put(item: Item, condition?: Partial<PutCommandInput>): Promise<void> {
    const command = new PutCommand({ TableName: this.name, Item: item, ...condition });
    await pastConflicts(() => this.client.send(command));
  }

  async delete(key: Key, condition?: Partial<DeleteCommandInput>): Promise<void> {
    const command = new DeleteCommand({ TableName: this.name, Key: key, ...condition });
    await pastConflicts(() => this.client.send(command));
  }

  async update(input: Without<UpdateCommandInput>): Promise<Item | undefined> {
    const command = new UpdateCommand({ TableName: this.name, ReturnValues: "ALL_NEW", ...input });
    const answer = await pastConflicts(() => this.client.send(command));
    return answer.Attributes as Item | undefined;
  }

  /** One page, with the key to go on from. */
  async page<T extends Item = Item>(input: Without<QueryCommandInput>): Promise<{ items: T[]; next?: Key }> {
    const answer = await this.client.send(new QueryCommand({ TableName: this.name, ConsistentRead: true, ...input }));
    return {
      items: (answer.Items ?? []) as T[],
      ...(answer.LastEvaluatedKey && { next: answer.LastEvaluatedKey as Key }),
    };
  }

  /** All items of a partition whose sort keys begin with `prefix`, in order. */
  async *partition<T extends Item = Item>(pk: string, prefix = ""): AsyncGenerator<T> {
    let next: Key | undefined;
    do {
      const page = await this.page<T>({ ...within(pk, prefix), ...(next && { ExclusiveStartKey: next }) });
      yield* page.items;
      next = page.next;
    } while (next);
  }

  /** Every item. For rebuilding and auditing only. */
  async *everything<T extends Item = Item>(): AsyncGenerator<T> {
    let next: Record<string, any> | undefined;
    do {
      const answer = await this.client.send(
        new ScanCommand({ TableName: this.name, ConsistentRead: true, ...(next && { ExclusiveStartKey: next }) }),
      );
      yield* (answer.Items ?? []) as T[];
      next = answer.LastEvaluatedKey;
    } while (next);
  }

  /** How many items there are; it reads all of them. */
  async count(): Promise<number> {
    let count = 0;
    let next: Record<string, any> | undefined;
    do {
      const from = next && { ExclusiveStartKey: next };
      const scan = { TableName: this.name, ConsistentRead: true, Select: "COUNT", ...from } as const;
      const answer = await this.client.send(new ScanCommand(scan));
      count += answer.Count ?? 0;
      next = answer.LastEvaluatedKey;
    } while (next);
    return count;
  }

  /**
   * The items that exist, by `pk` and `sk` joined with a space; keys may repeat.
   * @param attributes the only ones wanted, beside the keys
   */
  async getMany<T extends Item = Item>(keys: Key[], attributes?: string[]): Promise<Map<string, T>> {
    const projection = attributes && { ProjectionExpression: ["pk", "sk", ...attributes].join(", ") };
    const unique = [...new Map(keys.map((key) => [nameOf(key), { pk: key.pk, sk: key.sk }])).values()];
    const found = new Map<string, T>();
    await Promise.all(
      chunks(unique, LARGEST_BATCH_READ).map(async (chunk) => {
        let wanted: Record<string, any> | undefined = {
          [this.name]: { Keys: chunk, ConsistentRead: true, ...projection },
        };
        for (let attempt = 0; wanted; attempt++) {
          const answer: any = await this.client.send(new BatchGetCommand({ RequestItems: wanted }));
          for (const item of answer.Responses?.[this.name] ?? []) found.set(nameOf(item), item);
          wanted = unfinished(answer.UnprocessedKeys);
          if (wanted) await backOff(attempt);
        }
      }),
    );
    return found;
  }

  /**
   * Items as they stand at one moment, in order. Every other read may see one item of a transaction and not yet the next:
   * it is for whoever would conclude from an item's absence that it was lost.
   */
  async getTogether(keys: Key[]): Promise<(Item | undefined)[]> {
    const TransactItems = keys.map((Key) => ({ Get: { TableName: this.name, Key } }));
    const answer = await pastConflicts(() => this.client.send(new TransactGetCommand({ TransactItems })));
    return (answer.Responses ?? []).map(({ Item }) => Item as Item | undefined);
  }

  /** Puts, deletes and changes, each of them idempotent; in no order, and not all or none. */
  async writeMany(puts: Item[], deletes: Key[] = [], changes: Change[] = []): Promise<void> {
    if (this.inTransactions) return this.writeInTransactions(puts, deletes, changes);
    const requests = [
      ...puts.map((Item) => ({ PutRequest: { Item } })),
      ...deletes.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
    ];
    await Promise.all([
      ...chunks(requests, LARGEST_BATCH_WRITE).map((chunk) => this.writeBatch(chunk)),
      ...changes.map((change) => this.update(change)),
    ]);
  }

  private async writeBatch(chunk: NonNullable<BatchWriteCommandInput["RequestItems"]>[string]): Promise<void> {
    let wanted: BatchWriteCommandInput["RequestItems"] | undefined = { [this.name]: chunk };
    for (let attempt = 0; wanted; attempt++) {
      const answer: any = await this.client.send(new BatchWriteCommand({ RequestItems: wanted }));
      wanted = unfinished(answer.UnprocessedItems);
      if (wanted) await backOff(attempt);
    }
  }

  /** A local engine syncs once a transaction and once a single write, so it is a third faster this way. */
  private async writeInTransactions(puts: Item[], deletes: Key[], changes: Change[]): Promise<void> {
    const TableName = this.name;
    const actions: Action[] = [
      ...puts.map((Item) => ({ Put: { TableName, Item } })),
      ...deletes.map(({ pk, sk }) => ({ Delete: { TableName, Key: { pk, sk } } })),
      ...changes.map((change) => ({ Update: { TableName, ...change } as NonNullable<Action["Update"]> })),
    ];
    await Promise.all(chunks(actions, LARGEST_TRANSACTION).map((chunk) => this.transact(chunk)));
  }

  /** All of the actions or none. */
  async transact(actions: Action[]): Promise<void> {
    const command = new TransactWriteCommand({ TransactItems: actions });
    await pastConflicts(() => this.client.send(command));
  }
}

/**
 * Does again what met a write at the same item, or a partition at its limit: nothing of it was done.
 * @throws StoreUnavailable where that does not end
 */
async function pastConflicts<T>(attempted: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await attempted();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === MOST_CONFLICTS) throw new StoreUnavailable(error);
      await backOff(attempt);
    }
  }
}

/** DynamoDB's client makes other failed calls again by itself, and none of these. */
function isConflict(error: unknown): boolean {
  if (error instanceof Error && error.name === "TransactionConflictException") return true;
  const codes = refusals(error)?.flatMap(({ code }) => (code === "None" ? [] : [code])) ?? [];
  return codes.length > 0 && codes.every((code) => CONFLICTS.has(code));
}

/** The query for the sort keys of one partition that begin with `prefix`. */
export function within(pk: string, prefix: string): Without<QueryCommandInput> {
  if (!prefix) return { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": pk } };
  return {
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
  };
}

/** A key as one string: under it {@link Table.getMany} answers. */
export function nameOf(key: Key): string {
  return `${key.pk} ${key.sk}`;
}

/** Whether a write was refused because its condition did not hold. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/** The reason of each action of a transaction that was refused: a code, and the item that stands there; else undefined. */
export function refusals(error: unknown): { code: string; item?: Item }[] | undefined {
  if (!(error instanceof Error) || error.name !== "TransactionCanceledException") return undefined;
  const reasons = (error as { CancellationReasons?: { Code?: string; Item?: Item }[] }).CancellationReasons ?? [];
  return reasons.map((reason) => ({ code: reason.Code ?? "None", ...(reason.Item && { item: reason.Item }) }));
}

export function chunks<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function unfinished<T extends object>(left: T | undefined): T | undefined {
  return left && Object.keys(left).length > 0 ? left : undefined;
}

async function backOff(attempt: number): Promise<void> {
  await pause(Math.min(1000, 20 * 2 ** attempt) * (0.5 + Math.random() / 2));
}
