import type { Candidate } from "../../lambdas/core/store/journal.ts";
import type { Sight } from "../../lambdas/core/watching/sight.ts";
import type { Claim, Trace } from "../../lambdas/core/watching/trace.ts";
import { waitsFor } from "../../lambdas/core/watching/waits-for.ts";
import { moment, row } from "./rows.ts";

/** A trace for a person, in the order of the operation's way. */
export function traceLines(found: Trace): string[] {
  const { operation, queued, claims, decided, silent } = found;
  const waits = waitsFor(found);
  return [
    row("kind", `${operation.scenario} ${operation.kind ?? operation.decision?.kind ?? "(the chain says no kind)"}`),
    row("accepted", accepted(found)),
    ...(queued ? [row("queue", `since ${moment(queued.since)}, ${queued.ahead} before it, in ${queued.key.pk}`)] : []),
    ...(operation.returned
      ? [row("returned", "a transaction held it once, and another one was mined in its place")]
      : []),
    ...claims.flatMap(claimLines),
    ...(decided ? chainLines(decided) : []),
    ...decisionLines(found),
    ...(silent ? [row("chain", `does not answer: ${silent}`)] : []),
    ...(waits ? [row("waits", waits)] : []),
  ];
}

function accepted({ operation }: Trace): string {
  return operation.acceptedAt ?? "not here: this store knows it from the chain alone";
}

function claimLines({ entry, index, sights }: Claim): string[] {
  const count = entry.candidates.length;
  return [
    row("journal", `nonce ${entry.nonce}, the ${index + 1}. of ${entry.ids.length} operations, ${count} candidates`),
    ...entry.candidates.flatMap((candidate, n) => {
      const sight = sights?.[n];
      const line = row(`  ${n + 1}.`, `${candidate.hash} ${written(candidate)}${holds(candidate, index)}`);
      return [line, ...(sight ? sightLines(sight) : [])];
    }),
  ];
}

function written({ at }: Candidate): string {
  return at === undefined ? "" : `of ${moment(at)} `;
}

function holds(candidate: Candidate, index: number): string {
  if (index >= candidate.count) return "does not hold it";
  return candidate.void ? "only rejects it" : "holds it";
}

function sightLines(sight: Sight): string[] {
  if (sight.whereabouts === "mined") return chainLines(sight);
  return [row("", sight.whereabouts === "pending" ? "a node's pool shows it" : "no node shows it")];
}

function chainLines({ hash, nonce, block, reverted, decision, event, whereabouts }: Sight): string[] {
  if (!block) return [row("chain", `transaction ${hash} is in no block that the node shows: ${whereabouts}`)];
  const says = reverted
    ? "it reverted, all of it"
    : decision
      ? `log ${decision.transaction.logIndex}, ${event}: ${decision.status}`
      : "its events say nothing of the operation";
  return [
    row("mined", `transaction ${hash}, nonce ${nonce}`),
    row("block", `${block.number} of ${block.time}, ${block.hash}`),
    row("chain", says),
  ];
}

/** The decision as the store has it, and whether the chain says the same. */
function decisionLines({ operation: { decision }, decided }: Trace): string[] {
  if (!decision) return [];
  const { status, problem, decidedAt, proof } = decision;
  const why = problem ? `, ${problem.name}: ${problem.detail}` : "";
  const where = proof ? `, batch ${proof.batch}, leaf ${proof.index}` : "";
  return [
    row("decision", `${status} at ${decidedAt}${where}${why}`),
    ...(decided ? [row("", agrees(decision, decided) ? "the chain says the same" : DISAGREES)] : []),
  ];
}

const DISAGREES = "THE CHAIN DOES NOT SAY THE SAME: run npm run audit, which names what differs";

function agrees(decision: NonNullable<Trace["operation"]["decision"]>, { decision: shown }: Sight): boolean {
  const place = (each: typeof decision) =>
    [each.status, each.transaction.blockNumber, each.transaction.logIndex].join(" ");
  return shown !== undefined && place(shown) === place(decision);
}
