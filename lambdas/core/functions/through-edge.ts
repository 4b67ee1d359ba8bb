import { timingSafeEqual } from "node:crypto";
import type { handle, LambdaContext, LambdaEvent } from "hono/aws-lambda";
import { ORIGIN_HEADER } from "../origin-secret.ts";
import type { OriginSecrets } from "./origin-secrets.ts";
import { digest } from "./origin-secrets.ts";

/** What a function answers a request with. */
export type Answer = ReturnType<typeof handle>;

/**
 * Answers only what came through the edge: whoever asks the gateway by its own name gets around the firewall, and is told
 * nothing, not even where the API is. What is refused costs no look at a token, a table or a log.
 */
export function throughEdge(answer: Answer, secrets: OriginSecrets): Answer {
  const guarded = async (event: LambdaEvent, context?: LambdaContext) => {
    const headers = event.headers ?? {};
    const given = String(headers[ORIGIN_HEADER] ?? "");
    // Nothing behind this has to know it.
    delete headers[ORIGIN_HEADER];
    let accepted: readonly Buffer[];
    try {
      accepted = await secrets();
    } catch {
      return refusal(503, "Service Unavailable", { "retry-after": "2" });
    }
    return isOneOf(given, accepted) ? answer(event, context) : refusal(403, "Forbidden");
  };
  return guarded as Answer;
}

/** How long this takes says neither how much of a secret is right nor which one is nearly it. */
export function isOneOf(given: string, accepted: readonly Buffer[]): boolean {
  const hash = digest(given);
  let found = false;
  for (const secret of accepted) found = timingSafeEqual(hash, secret) || found;
  return found;
}

/** A problem that says no more than its status does (RFC 9457, 4.2.1). */
function refusal(statusCode: number, title: string, headers: Record<string, string> = {}) {
  return {
    statusCode,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify({ type: "about:blank", title, status: statusCode }),
    isBase64Encoded: false,
  };
}
