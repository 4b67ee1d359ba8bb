/** Something that a client wants done, whatever dies meanwhile. It is sent with the same keys until an answer comes. */
export interface Wish {
  readonly organisation: string;
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The operations in it: one under the header's key, or those of a batch. */
  readonly wanted: readonly Wanted[];
  readonly isBatch: boolean;
}

export interface Wanted {
  readonly key: string;
  readonly id: string;
  readonly kind: string;
}
