/** What core checks of every ledger, whatever its scenario. */
export const laws = {
  chain: "core 1. The chain is the book's",
  keys: "core 2. A key speaks for one organisation, from its granting to its revoking",
  signers: "core 3. A batch came from a key that spoke for its organisation at that moment",
  numbers: "core 4. An organisation's batches are numbered from 1 without gaps",
  roots: "core 5. A batch's root is the Merkle root over what it applied",
  once: "core 6. An operation is applied at most once",
} as const;

/** What is checked of a store, where one is at hand. */
export const storeLaws = {
  projections: "store 1. The projections are the rows that the events make, and no others",
  organisations: "store 2. The members and keys on the books are those that the events tell of",
  operations: "store 3. A decided operation is as the chain first decided it",
} as const;
