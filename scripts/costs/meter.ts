import type { Call } from "../emulate/holding-proxy.ts";
import type { RawItem } from "./item-size.ts";
import { itemSize } from "./item-size.ts";

/** What functions asked of AWS, in the units that it is paid by. */
export interface Usage {
  /** A kilobyte written, twice in a transaction. */
  writeUnits: number;
  /** Four kilobytes read strongly consistently. */
  readUnits: number;
  /** Signatures of a key. */
  signatures: number;
}

/**
 * Reads from calls to AWS what they are paid by. DynamoDB's own answer says it only where it is asked, and an emulator does
 * not reckon as AWS does: so sizes are taken from the items themselves.
 */
export class Meter {
  readonly usage: Usage = { writeUnits: 0, readUnits: 0, signatures: 0 };
  /** Sizes of items, by table and key, as they were last seen: a deletion is paid by what it deletes. */
  private readonly sizes = new Map<string, number>();

  /** Takes one call that was answered. */
  readonly observe = ({ operation, body }: Call, answer: string): void => {
    if (operation === "TrentService.Sign") this.usage.signatures++;
    if (!operation.startsWith("DynamoDB_20120810.")) return;
    const [asked, answered] = [JSON.parse(body), answer.startsWith("{") ? JSON.parse(answer) : {}];
    const name = operation.slice("DynamoDB_20120810.".length);
    if (name === "PutItem") this.write(this.put(asked.TableName, asked.Item));
    if (name === "UpdateItem") this.write(this.put(asked.TableName, answered.Attributes ?? asked.Key));
    if (name === "DeleteItem") this.write(this.known(asked.TableName, asked.Key));
    if (name === "BatchWriteItem") this.batch(asked.RequestItems);
    if (name === "TransactWriteItems") this.transaction(asked.TransactItems);
    if (name === "GetItem") this.read(asked.TableName, [answered.Item ?? asked.Key]);
    if (name === "TransactGetItems") {
      for (const { Get } of asked.TransactItems) this.read(Get.TableName, [Get.Key], 2);
    }
    if (name === "Query") this.query(answered.Items ?? []);
    if (name === "BatchGetItem") {
      for (const [table, { Keys }] of Object.entries<any>(asked.RequestItems)) this.read(table, Keys);
    }
  };

  private batch(tables: Record<string, any[]>): void {
    for (const [table, requests] of Object.entries(tables)) {
      for (const { PutRequest, DeleteRequest } of requests) {
        this.write(PutRequest ? this.put(table, PutRequest.Item) : this.known(table, DeleteRequest.Key));
      }
    }
  }

  private transaction(actions: any[]): void {
    for (const { Put, Update, Delete, ConditionCheck } of actions) {
      if (Put) this.write(this.put(Put.TableName, Put.Item), 2);
      else {
        const { TableName, Key } = Update ?? Delete ?? ConditionCheck;
        this.write(this.known(TableName, Key), 2);
      }
    }
  }

  private write(bytes: number, times = 1): void {
    this.usage.writeUnits += times * Math.max(1, Math.ceil(bytes / 1024));
  }

  /** Each item by itself. */
  private read(table: string, items: RawItem[], times = 1): void {
    for (const item of items) {
      const bytes = Math.max(itemSize(item), this.known(table, item));
      this.usage.readUnits += times * Math.max(1, Math.ceil(bytes / 4096));
    }
  }

  /** All items together. */
  private query(items: RawItem[]): void {
    const bytes = items.reduce((sum, item) => sum + itemSize(item), 0);
    this.usage.readUnits += Math.max(1, Math.ceil(bytes / 4096));
  }

  private put(table: string, item: RawItem): number {
    const bytes = itemSize(item);
    this.sizes.set(nameOf(table, item), bytes);
    return bytes;
  }

  /** The size of an item that is not in the call: half a kilobyte where it was never seen. */
  private known(table: string, key: RawItem): number {
    return this.sizes.get(nameOf(table, key)) ?? 512;
  }
}

function nameOf(table: string, { pk, sk }: RawItem): string {
  return `${table} ${pk?.["S"]} ${sk?.["S"]}`;
}
