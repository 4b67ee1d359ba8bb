import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../operation.ts";
import type { Service } from "../scenario.ts";

/**
 * Whether a request is the one that made an operation: the same kind and the same parsed values, whichever route brought
 * it. An operation that was learned from the chain is compared by what the chain holds; of a rejected one the chain holds
 * nothing but the reason, so it matches any body.
 */
export function sameRequest(
  scenario: Service,
  operation: Operation,
  kind: string,
  request: Record<string, unknown>,
): boolean {
  if (operation.request) return operation.kind === kind && isDeepStrictEqual(known(operation.request), known(request));
  const decision = operation.decision;
  if (!decision || decision.status === "rejected") return true;
  return decision.kind === kind && scenario.operations[kind]!.matches(request, decision.result ?? {});
}

/** Values that are absent and values that are undefined are the same. */
function known(request: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
