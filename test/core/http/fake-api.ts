import { createApp } from "../../../lambdas/core/http/app.ts";
import type { Failure } from "../../../lambdas/core/http/serving.ts";
import type { Scenario } from "../../../lambdas/core/scenario.ts";
import { points } from "../../../lambdas/points/scenario.ts";
import { FakeBook } from "./fake-book.ts";

/** Who calls in tests; a token is the caller's name. */
export const callers: Record<string, { organisation: string; scopes: string[] }> = {
  hotel: { organisation: "hotel", scopes: ["points:write", "points:read"] },
  park: { organisation: "park", scopes: ["points:write", "points:read"] },
  operator: { organisation: "operator", scopes: ["points:admin", "points:read"] },
  reader: { organisation: "hotel", scopes: ["points:read"] },
  nobody: { organisation: "hotel", scopes: [] },
};

/** The whole API over a book in memory. */
export function fakeApi(scenario: Scenario = points) {
  const book = new FakeBook(scenario);
  const failures: Failure[] = [];
  const app = createApp({
    scenarios: [scenario],
    facadeFor: () => book,
    async authenticate(token) {
      const caller = Object.hasOwn(callers, token) ? callers[token] : undefined;
      if (!caller) return undefined;
      const expiresAt = Date.now() / 1000 + 60;
      return { organisation: caller.organisation, client: token, scopes: new Set(caller.scopes), expiresAt };
    },
    apiUrl: "http://api.test",
    version: "0",
    log: (failure) => failures.push(failure),
  });
  return { app, book, failures, call: caller(app) };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

type Call = (
  who: string | undefined,
  method: string,
  path: string,
  request?: { body?: unknown; text?: string | Uint8Array; key?: string; headers?: Record<string, string> },
) => Promise<Answer>;

function caller(app: { request(path: string, init: RequestInit): Response | Promise<Response> }): Call {
  return async (who, method, path, { body, text, key, headers } = {}) => {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await app.request(path, {
      method,
      headers: {
        ...(who === undefined ? {} : { authorization: `Bearer ${who}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent as string }),
    });
    const answered = await answer.text();
    const json = (answer.headers.get("content-type") ?? "").includes("json") && answered !== "";
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(answered) : answered };
  };
}
