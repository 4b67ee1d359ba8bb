import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import * as core from "../problem.ts";
import { Problem } from "../problem.ts";
import type { ProblemKind } from "../problem.ts";
import type { Rejection } from "../operation.ts";
import type { Service } from "../scenario.ts";
import { StoreUnavailable } from "../store/table.ts";
import type { Serving } from "./serving.ts";

/** A problem as the client sees it (RFC 9457), with whatever else helps to act on it. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  [extension: string]: unknown;
}

/**
 * Core's kinds of problem and those of the scenarios, by name.
 * @throws Error when two share a name
 */
export function catalogueOf(scenarios: readonly Service[]): Record<string, ProblemKind> {
  const catalogue: Record<string, ProblemKind> = { ...core.problems };
  for (const scenario of scenarios) {
    for (const [name, kind] of Object.entries(scenario.problems)) {
      if (name in catalogue) throw new Error(`Two kinds of problem are named ${name}.`);
      catalogue[name] = kind;
    }
  }
  return catalogue;
}

/** The document of a problem. A rejection may have a name that only another release of Kapok knows. */
export function problemDocument(serving: Serving, rejection: Rejection): ProblemDocument {
  const { name, detail, ...extensions } = rejection;
  const { title, status } = serving.catalogue[name] ?? { title: name, status: 409 };
  return { type: `${serving.apiUrl}/problems/${name}`, title, status, detail, ...extensions };
}

/** Answers with a problem document. */
export function answerProblem(context: Context, document: ProblemDocument, headers: Record<string, string> = {}) {
  const all = { ...headers, "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  return context.newResponse(
    context.req.method === "HEAD" ? null : JSON.stringify(document),
    document.status as 400,
    all,
  );
}

/** Answers with whatever was thrown: a Problem as it is, anything else as our mistake, under an id that the log has too. */
export function answerError(context: Context, serving: Serving, error: unknown): Response {
  if (error instanceof Problem) {
    const document = problemDocument(serving, { ...error.extensions, name: error.problem, detail: error.message });
    return answerProblem(context, document, error.headers);
  }
  if (error instanceof StoreUnavailable) {
    const detail = "The store does not answer at this moment.";
    return answerProblem(context, problemDocument(serving, { name: "store-unavailable", detail }), {
      "Retry-After": "2",
    });
  }
  const requestId = randomUUID();
  serving.log({ requestId, method: context.req.method, path: context.req.path, error });
  const detail = `The operator finds it in the log as ${requestId}.`;
  return answerProblem(context, problemDocument(serving, { name: "internal-error", detail, requestId }));
}
