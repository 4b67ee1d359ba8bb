import { LawBroken } from "../core/auditing/book.ts";
import type { Checked } from "../core/auditing/book.ts";
import type { LedgerEvent } from "../core/scenario.ts";
import { AuditedBooks } from "./audit-books.ts";
import type { AuditedProgramme } from "./audit-calendar.ts";
import { AuditedMember } from "./audit-member.ts";
import { Originals } from "./audit-originals.ts";
import { PointsByAge } from "./audit-points.ts";
import { laws } from "./audit-laws.ts";

/** What the current batch has done so far. */
export interface BatchSoFar {
  /** How many operations it has applied. */
  applied: number;
  /** A PointsExpired whose posting comes next. */
  dropping?: LedgerEvent;
  /** What it moved and did not announce yet. */
  positionMoved: boolean;
  poolMoved: boolean;
  /** StatementIssued events whose settlement comes next. */
  statements: LedgerEvent[];
}

/** A book of points as the audit tells it again: from what events say was posted, never from the state that they carry. */
export class Story {
  readonly programme: AuditedProgramme;
  readonly checked: Checked;
  readonly books: AuditedBooks;
  readonly originals = new Originals();
  readonly members = new Map<string, AuditedMember>();
  /** The account words that events carry, by member. */
  readonly words = new Map<string, bigint>();
  /** The points in those words. */
  readonly points = new PointsByAge();
  batch: BatchSoFar = newBatch();

  constructor(programme: AuditedProgramme, checked: Checked) {
    this.programme = programme;
    this.checked = checked;
    this.books = new AuditedBooks(programme);
  }

  /** Compares the account that an event carries with the member as told, and counts the points in it. */
  account(event: LedgerEvent, id: string): void {
    const said: bigint = event.args.account;
    const told = this.members.get(id)!.word();
    if (said !== told) {
      throw broken(laws.named, `${event.name} leaves ${id} the account ${hex(said)}, its postings ${hex(told)}`, event);
    }
    this.points.replace(this.words.get(id), said);
    this.words.set(id, said);
    this.checked(laws.named);
  }
}

export function newBatch(): BatchSoFar {
  return { applied: 0, positionMoved: false, poolMoved: false, statements: [] };
}

/** @param event the first place where the law shows to be broken */
export function broken(law: string, detail: string, event: LedgerEvent): LawBroken {
  return new LawBroken(law, `${detail} (batch ${event.batch} of ${event.organisation})`, event.place);
}

function hex(word: bigint | undefined): string {
  return word === undefined ? "that no slot can hold" : `0x${word.toString(16)}`;
}
