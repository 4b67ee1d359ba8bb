/**
 * The most transactions that a lane may ever have in flight. Closing a lane relies on it: bytes that were lost have
 * nonces below the first free one plus this.
 */
export const HIGHEST_AHEAD = 8;

/** How a lane speaks to the chain. Few and large transactions: a node's pool takes few of one sender. */
export interface SubmittingSettings {
  /** Transactions in flight at once, at most {@link HIGHEST_AHEAD}. */
  ahead: number;
  /** Gas of one transaction, at most. A transaction that takes too long is never included, and nobody says so. */
  gas: number;
  /** For how many blocks the lowest nonce may be pending in vain before it gets a smaller candidate. */
  patienceBlocks: number;
  /** The longest that a submitter may go on working after it lost its store, milliseconds. */
  timeoutMilliseconds: number;
}

export const defaultSubmitting: SubmittingSettings = {
  ahead: 4,
  gas: 10_000_000,
  patienceBlocks: 20,
  timeoutMilliseconds: 10_000,
};
