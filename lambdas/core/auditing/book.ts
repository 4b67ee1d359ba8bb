import type { Leaf } from "../chain/merkle.ts";
import type { LedgerEvent } from "../scenario.ts";

/** One law that does not hold, with the first place where it shows. */
export class LawBroken extends Error {
  readonly law: string;

  /** @param law its number and name, as in the README beside the contract */
  constructor(law: string, detail: string) {
    super(`${law}: ${detail}`);
    this.name = "LawBroken";
    this.law = law;
  }
}

/** What a scenario's audit works with: the whole story of its ledger, and the state that it should have led to. */
export interface AuditBook {
  /** Constants of the book, as the ledger's `settingsOf` gave them. */
  constants: Record<string, any>;
  /** Every event of the ledger up to the audited block, in chain order. Can be walked once. */
  events(): AsyncIterable<LedgerEvent>;
  /** Reads the contract at the audited block, a recent one. */
  read(functionName: string, args?: readonly unknown[]): Promise<any>;
  /** Seconds since 1970, of the audited block. */
  time: number;
  /** Hash of a leaf, to find what the contract keeps under it. */
  leafHash(leaf: Leaf): Uint8Array;
  /** Notes that a law was checked over so many cases. */
  checked(law: string, cases: number): void;
}
