/**
 * A proxy for tests between the functions and what they call, AWS or the chain. It holds a call at exactly the moment where
 * a function is to die: before anybody heard of it, or when it is done and the function does not know. What is deployed
 * needs no switch for that.
 *
 * Functions speak plain http to it, and it passes on whatever was signed unchanged, the Host included.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent as PlainAgent, createServer, request as requestPlainly } from "node:http";
import { Agent as TlsAgent, request as requestOverTls } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { ProcessIdentity } from "../start/process-identity.ts";
import { groupOf, ownerOf } from "./connection-owner.ts";
import { ofConnection, without } from "./raw-headers.ts";

/** A call that a function makes. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Operation of AWS, such as `DynamoDB_20120810.TransactWriteItems`; empty for services that name it by path. */
  readonly operation: string;
  /** Methods of JSON-RPC, where it is a call to the chain. */
  readonly rpcMethods: readonly string[];
  readonly body: string;
}

export type Matcher = (call: Call) => boolean;

/** An operation of AWS, where its name ends so: `TransactWriteItems`, `TrentService.Sign`. */
export const toAws =
  (operation: string, matches: (body: string) => boolean = () => true): Matcher =>
  (call) =>
    call.operation.endsWith(operation) && matches(call.body);

/** An invocation of a function. */
export const toFunction =
  (name: string): Matcher =>
  ({ path }) =>
    path.startsWith("/2015-03-31/functions/") && decodeURIComponent(path).includes(name);

/** A method of JSON-RPC. */
export const toChain =
  (method: string, matches: (body: string) => boolean = () => true): Matcher =>
  (call) =>
    call.rpcMethods.includes(method) && matches(call.body);

/** What a caller gets in the place of an answer. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A call that waits. */
export class HeldCall {
  readonly call: Call;
  readonly #request: IncomingMessage;
  readonly #resume: (answer?: Answer) => void;

  constructor(call: Call, request: IncomingMessage, resume: (answer?: Answer) => void) {
    this.call = call;
    this.#request = request;
    this.#resume = resume;
  }

  /** Lets the call go on. */
  release(): void {
    this.#resume();
  }

  /** Answers in the place of whoever was called. */
  answer(answer: Answer): void {
    this.#resume(answer);
  }

  /**
   * Kills the function that made the call, at once and without a word. Held before it was passed on, the call is then never
   * heard of.
   *
   * @param emulator whose functions may be killed, and nobody else
   */
  async killCaller({ pid: group }: ProcessIdentity): Promise<void> {
    const { socket } = this.#request;
    const pid = ownerOf(socket);
    if (pid === undefined) throw new Error("the function that called is gone already");
    if (groupOf(pid) !== group || pid === group) throw new Error(`process ${pid} is no function of the emulator`);
    const closed = socket.destroyed ? undefined : once(socket, "close");
    process.kill(pid, "SIGKILL");
    await closed;
    this.#resume();
  }
}

/** Whoever waits for a call. */
export interface Hold {
  /** Resolves when a call is held. */
  readonly held: Promise<HeldCall>;
  /** Holds nothing any more, where no call came. */
  cancel(): void;
}

interface Wait {
  readonly matches: Matcher;
  readonly when: Moment;
  readonly found: (held: HeldCall) => void;
}

/** `before`: nobody has heard of it. `after`: it is done, and the caller does not know. */
export type Moment = "before" | "after";

export interface Target {
  /** `https://127.0.0.1:PORT` of an emulator, or `http://…` of a chain's node. */
  url: string;
  /** Path of the certificate that the target's is of. */
  authority?: string;
}

export class HoldingProxy {
  readonly url: string;
  readonly #server;
  readonly #waits = new Set<Wait>();
  readonly #refusals = new Set<{ matches: Matcher; answer: Answer }>();
  readonly #listeners = new Set<(call: Call, answer: string) => void>();
  readonly #target: Target;
  #agent: PlainAgent | TlsAgent | undefined;

  private constructor(server: ReturnType<typeof createServer>, target: Target) {
    this.#server = server;
    this.#target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => void this.#serve(request, response).catch(() => response.destroy()));
  }

  /** The target need not be there yet: an emulator has to know its proxy before it starts. */
  static async start(target: Target): Promise<HoldingProxy> {
    // Functions stand still between calls: connections must be there still when they go on.
    const server = createServer({ keepAliveTimeout: 75_000 }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new HoldingProxy(server, target);
  }

  /** Holds the first call that matches from now on. */
  hold(matches: Matcher, when: Moment = "before"): Hold {
    const { promise: held, resolve: found } = Promise.withResolvers<HeldCall>();
    const wait = { matches, when, found };
    this.#waits.add(wait);
    return { held, cancel: () => void this.#waits.delete(wait) };
  }

  /** Answers every call that matches in the target's place, until the function that this returns is called. */
  refuse(matches: Matcher, answer: Answer): () => void {
    const refusal = { matches, answer };
    this.#refusals.add(refusal);
    return () => void this.#refusals.delete(refusal);
  }

  /** Tells of every call that was answered, such as to count them, until the function that this returns is called. */
  onCall(listener: (call: Call, answer: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#agent?.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const call = callOf(request, body);
    const refusal = [...this.#refusals].find(({ matches }) => matches(call));
    if (refusal) return this.#answer(call, response, refusal.answer);
    const wait = [...this.#waits].find(({ matches }) => matches(call));
    if (wait) this.#waits.delete(wait);

    if (wait?.when === "before") {
      const instead = await holding(wait, call, request);
      if (instead) return this.#answer(call, response, instead);
      if (request.socket.destroyed) return;
    }
    const answer = await this.#passOn(request, body);
    const content = await buffer(answer);
    this.#tell(call, content.toString());
    if (wait?.when === "after") {
      const instead = await holding(wait, call, request);
      if (instead) return send(response, instead);
    }
    response.writeHead(answer.statusCode!, without(answer.rawHeaders, ofConnection));
    response.end(content);
  }

  /** Answers in the target's place. */
  #answer(call: Call, response: ServerResponse, answer: Answer): void {
    this.#tell(call, answer.body);
    send(response, answer);
  }

  #tell(call: Call, answer = ""): void {
    for (const listener of this.#listeners) listener(call, answer);
  }

  async #passOn(request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { url, authority } = this.#target;
    const { protocol, hostname, port } = new URL(url);
    const tls = protocol === "https:";
    this.#agent ??= tls
      ? new TlsAgent({ keepAlive: true, ...(authority && { ca: readFileSync(authority) }) })
      : new PlainAgent({ keepAlive: true });
    const options = { agent: this.#agent, hostname, port, method: request.method!, path: request.url! };
    const headers = [
      ...without(request.rawHeaders, [...ofConnection, "content-length"]),
      "content-length",
      String(body.length),
    ];
    const upstream = (tls ? requestOverTls : requestPlainly)({ ...options, headers });
    upstream.end(body);
    const [answer] = (await once(upstream, "response")) as [IncomingMessage];
    return answer;
  }
}

function holding(wait: Wait, call: Call, request: IncomingMessage): Promise<Answer | undefined> {
  return new Promise((resolve) => wait.found(new HeldCall(call, request, resolve)));
}

function callOf({ method = "", url = "", headers }: IncomingMessage, content: Buffer): Call {
  const body = content.toString();
  const operation = String(headers["x-amz-target"] ?? "");
  return { method, path: url, operation, rpcMethods: operation ? [] : rpcMethodsOf(body), body };
}

function rpcMethodsOf(body: string): string[] {
  if (!body.includes('"jsonrpc"')) return [];
  try {
    return [JSON.parse(body)].flat().map(({ method }: { method: unknown }) => String(method));
  } catch {
    return [];
  }
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}
