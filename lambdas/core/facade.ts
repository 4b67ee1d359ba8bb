import type { Operation } from "./operation.ts";

/** What a client wants done: authenticated, parsed, and named by its key. */
export interface Intent {
  organisation: string;
  /** The Idempotency-Key, taken literally. */
  key: string;
  /** Where in the client's request the key stands; its index too where the request has several. */
  place: { path: string; index?: number };
  scenario: string;
  kind: string;
  /** The parsed body. */
  request: Record<string, unknown>;
}

/** Rows read from a projection, newest first or oldest first. */
export interface Page<T = any> {
  rows: T[];
  /** Opaque; absent on the last page. */
  cursor?: string;
}

/** The newest block that is indexed. */
export interface Head {
  blockNumber: number;
  /** Seconds since 1970. */
  time: number;
}

/** What routes may use. It is bound to one scenario's projection. */
export interface Facade {
  /**
   * Accepts operations: all of them durably, or none with a Problem. One that its key already names is returned as it is.
   * Only where somebody uses a key of theirs with another body at that very moment, and there are more than a transaction
   * of the store takes, some may have been accepted before that is noticed: sent again, they are the same operations.
   * @throws Problem `key-reused` (with `errors`, an index each, when there are several), whatever the kind's `body` throws,
   * `too-many-requests`, `learning-from-chain`
   */
  accept(intents: Intent[]): Promise<Operation[]>;
  /** Waits until the operation is decided or the time is up, and returns it as it is then. */
  settled(operation: Operation, milliseconds: number): Promise<Operation>;
  /** One operation of one organisation; undefined when there is none. */
  operation(organisation: string, id: string): Promise<Operation | undefined>;
  /** `accepted`, `submitted`, `final` or `rejected`; never backwards. */
  status(operation: Operation): Promise<"accepted" | "submitted" | "final" | "rejected">;
  /** Every organisation of the book: those that the settings name and those that the chain knows. */
  organisations(): Promise<string[]>;
  /** The constants of the book, as the ledger's `settingsOf` gave them, with `start`. */
  book(): Promise<Record<string, any>>;
  head(): Promise<Head>;
  /** One row of the scenario's projection; strongly consistent. */
  row(pk: string, sk: string): Promise<any | undefined>;
  /** Rows of one partition; strongly consistent. */
  rows(
    pk: string,
    options?: { newestFirst?: boolean; limit?: number; cursor?: string | undefined; prefix?: string },
  ): Promise<Page>;
  /** The path of an applied operation's leaf in its batch's tree, from the leaf up. */
  proofPath(organisation: string, batch: number, index: number): Promise<Uint8Array[]>;
}
