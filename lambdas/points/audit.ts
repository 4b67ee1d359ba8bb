import { uuidOfHex } from "../core/operation.ts";
import type { AuditBook, LedgerAudit } from "../core/auditing/book.ts";
import type { LedgerEvent } from "../core/scenario.ts";
import { announcements } from "./audit-announcements.ts";
import { auditedProgramme } from "./audit-calendar.ts";
import { laws } from "./audit-laws.ts";
import { postings } from "./audit-postings.ts";
import { rejected } from "./audit-rejections.ts";
import { compareState } from "./audit-state.ts";
import { broken, Story } from "./audit-story.ts";

/** Begins the audit of a book of points: a naive second account of it that shares nothing with the projection. */
export async function audit({ constants, leafHash, checked }: AuditBook): Promise<LedgerAudit> {
  for (const law of Object.values(laws)) checked(law, 0);
  const story = new Story(auditedProgramme(constants), checked);
  return {
    event: (event) => goOn(story, event),
    state: (state) => compareState(story, state, leafHash),
  };
}

function goOn(story: Story, event: LedgerEvent): void {
  const { dropping } = story.batch;
  if (dropping && (!postings[event.name] || event.args.member !== dropping.args.member)) {
    const member = uuidOfHex(dropping.args.member);
    throw broken(laws.stored, `points of ${member} expired, and no posting of the member follows`, dropping);
  }
  if (event.name === "OperationRejected") return rejected(story, event);
  announcements[event.name]?.(story, event);
  postings[event.name]?.(story, event);
  if (postings[event.name] || event.name === "SettlementClosed") story.batch.applied++;
}
