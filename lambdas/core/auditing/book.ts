import type { Leaf } from "../chain/merkle.ts";
import type { Place } from "../operation.ts";
import type { LedgerEvent } from "../scenario.ts";

/** One law that does not hold, with the first place where it shows. */
export class LawBroken extends Error {
  readonly law: string;
  /** Absent where what differs is state, or a row. */
  readonly place: Place | undefined;

  /** @param law its number and name, as in the README beside the contract */
  constructor(law: string, detail: string, place?: Place) {
    super(detail);
    this.name = "LawBroken";
    this.law = law;
    this.place = place;
  }
}

/** Notes that a law was checked over so many cases, one where nothing is said. */
export type Checked = (law: string, cases?: number) => void;

/** What the audit of a ledger is begun with. */
export interface AuditBook {
  /** Constants of the book, as the ledger's `settingsOf` gave them. */
  constants: Record<string, any>;
  /** Hash of a leaf, to find what the contract keeps under it. */
  leafHash(leaf: Leaf): Uint8Array;
  checked: Checked;
}

/** The audit of one ledger, in the hands of core: it hears the whole story, and then sees the state it should have led to. */
export interface LedgerAudit {
  /**
   * The next event of the ledger in chain order, those of rejected operations and ends of batches included. Core has
   * checked before that batches are numbered, add up to their roots, and came from a key of their organisation.
   * @throws LawBroken at the first difference
   */
  event(event: LedgerEvent): void;
  /**
   * Compares the contract's state with what the events said so far. Where a node forgets that state meanwhile, it is
   * called again, after further events.
   * @throws LawBroken at the first difference
   */
  state(state: AuditedState): Promise<void>;
}

/** The contract as it stood after one block, a recent one. */
export interface AuditedState {
  blockNumber: number;
  /** Seconds since 1970. */
  time: number;
  /** Calls a view function at that block. */
  read(functionName: string, args?: readonly unknown[]): Promise<any>;
  checked: Checked;
}
