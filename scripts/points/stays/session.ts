import { setTimeout as pause } from "node:timers/promises";
import { exchange } from "./exchange.ts";
import { ServiceFailed } from "./explained.ts";
import type { Credentials } from "./credentials.ts";
import type { Incoming, Outgoing } from "./exchange.ts";

/** What the service answered: never a call for patience, that is dealt with here. */
export interface Answer {
  status: number;
  body: any;
}

export interface Request {
  method: "GET" | "POST";
  /** From the root of the API, such as `/v1/points/members`. */
  path: string;
  /** The Idempotency-Key. */
  key?: string;
  body?: unknown;
}

/** One client's conversation with the API. */
export interface Session {
  readonly organisation: string;
  /**
   * Sends a request until it is answered. Connections that break, 5xx, 429 and an expired token are followed by the
   * very same request with the same key, later: an operation is never made twice.
   *
   * @throws ServiceFailed where the client is refused, or nothing was answered for `patience`
   */
  call(request: Request): Promise<Answer>;
  /** Waits; ends at once, with the reason, when the import is stopped. */
  pause(milliseconds: number): Promise<void>;
  /** Tells the operator what goes wrong and is tried again. */
  trouble(text: string): void;
  /** How long anything is waited for, in milliseconds. A chain that halts for minutes is weather, not an error. */
  readonly patience: number;
}

export interface SessionOptions {
  signal: AbortSignal;
  trouble(text: string): void;
  /** Half an hour, where it is not said. */
  patience?: number;
}

const firstDelay = 100;
const longestDelay = 5_000;
const longestRetryAfter = 60_000;

/** Opens a session; nothing is sent before the first call. */
export function openSession(credentials: Credentials, options: SessionOptions): Session {
  const { signal, trouble, patience = 30 * 60_000 } = options;
  let token: Promise<string> | undefined;

  async function call(request: Request): Promise<Answer> {
    const { apiUrl } = credentials;
    const headers: Record<string, string> = { accept: "application/json, application/problem+json" };
    if (request.key !== undefined) headers["idempotency-key"] = request.key;
    if (request.body !== undefined) headers["content-type"] = "application/json";
    const outgoing: Outgoing = { method: request.method, headers };
    if (request.body !== undefined) outgoing.body = JSON.stringify(request.body);
    let refusals = 0;
    return untilAnswered(`${request.method} ${request.path}`, async () => {
      token ??= freshToken();
      const used = token;
      headers["authorization"] = `Bearer ${await used}`;
      const answer = await send(apiUrl + request.path, outgoing);
      if (answer.status !== 401) return answer;
      if (token === used) token = undefined;
      refusals += 1;
      if (refusals > 3) throw new ServiceFailed(`${apiUrl} refuses the tokens that ${credentials.tokenUrl} gives.`);
      return { ...answer, again: "the access token is no longer valid" };
    });
  }

  async function freshToken(): Promise<string> {
    const { tokenUrl, clientId, clientSecret } = credentials;
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
    const headers = { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" };
    const body = "grant_type=client_credentials";
    try {
      const answer = await untilAnswered("the token", () => send(tokenUrl, { method: "POST", headers, body }));
      if (answer.status === 200) return answer.body.access_token;
      const why = answer.body.error_description ?? answer.body.error ?? answer.status;
      throw new ServiceFailed(`${tokenUrl} gives no token for client ${clientId}: ${why}. Are the credentials of now?`);
    } catch (error) {
      token = undefined;
      throw error;
    }
  }

  async function untilAnswered(what: string, attempt: () => Promise<Attempt>): Promise<Answer> {
    const giveUpAt = Date.now() + patience;
    for (let delay = firstDelay; ; delay = Math.min(delay * 2, longestDelay)) {
      const answer = await attempt();
      if (answer.again === undefined) return answer;
      trouble(`${what}: ${answer.again}; trying again with the same keys`);
      if (Date.now() > giveUpAt) throw new ServiceFailed(`${what}: ${answer.again}, for ${patience / 60_000} minutes.`);
      await pause(Math.max(delay * (0.5 + Math.random()), answer.notBefore ?? 0), undefined, { signal });
    }
  }

  async function send(url: string, outgoing: Outgoing): Promise<Attempt> {
    signal.throwIfAborted();
    try {
      return judged(await exchange(url, outgoing, signal));
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = error as NodeJS.ErrnoException;
      return { status: 0, body: {}, again: `${new URL(url).host} does not answer (${code ?? message})` };
    }
  }

  const { organisation } = credentials;
  return { organisation, call, pause: (wait) => pause(wait, undefined, { signal }), trouble, patience };
}

/** An answer, and if it asks for another attempt why and how long to wait at least. */
interface Attempt extends Answer {
  again?: string;
  notBefore?: number;
}

function judged({ status, headers, text }: Incoming): Attempt {
  const body = jsonOf(text);
  if (status !== 408 && status !== 429 && status < 500) {
    return body === undefined ? { status, body, again: `an answer ${status} that is not JSON` } : { status, body };
  }
  const notBefore = Math.min(Number(headers["retry-after"]) * 1000 || 0, longestRetryAfter);
  return { status, body, notBefore, again: `${status} ${body?.detail ?? body?.title ?? ""}`.trim() };
}

function jsonOf(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
