/**
 * The only door to the chain: JSON-RPC over HTTP on 127.0.0.1. Reading passes through to anvil as it stands, and its
 * answer streams back untouched; sending, and what Besu would refuse, is dealt with here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { Broadcaster } from "./broadcast.ts";
import type { Chain } from "./chain.ts";
import { refusals, type Refusal } from "./refusals.ts";
import { refusalOf, type Call } from "./rules.ts";
import type { ChainSettings } from "./settings.ts";

const LARGEST_REQUEST = 32 * 1024 * 1024;
const JSON_CONTENT = { "content-type": "application/json" };

/** Makes the server; the caller lets it listen. */
export function frontOf(chain: Chain, settings: ChainSettings): Server {
  const broadcaster = new Broadcaster(chain, settings);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") return void response.writeHead(405, { allow: "POST" }).end();
    const body = await bodyOf(request);
    if (body === undefined) return void response.writeHead(413).end();
    const calls = parse(body);
    if (calls === undefined) return reply(response, errorText(null, refusals.parse));
    if (!Array.isArray(calls)) {
      const own = await answerHere(calls);
      return own === undefined ? passOn(body, response) : reply(response, own);
    }
    if (calls.length === 0) return reply(response, errorText(null, refusals.invalid));
    if (calls.every(passes)) return passOn(body, response);
    const texts = await Promise.all(calls.map(async (call) => (await answerHere(call)) ?? (await answerOf(call))));
    reply(response, `[${texts.join(",")}]`);
  }

  /** The answer to what anvil is not asked, as JSON; undefined for what it is. */
  async function answerHere(call: Call): Promise<string | undefined> {
    if (passes(call)) return undefined;
    const refusal = refusalOf(call);
    if (refusal !== undefined) return errorText(call?.id, refusal);
    const sent = await broadcaster.take(call.params?.[0] as string);
    if ("hash" in sent) return JSON.stringify({ jsonrpc: "2.0", id: call.id, result: sent.hash });
    await chain.gate.passed(); // "Nonce too low" would tell of a block.
    return errorText(call.id, sent.refusal);
  }

  async function answerOf(call: Call): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of await chain.anvil.send(Buffer.from(JSON.stringify(call)))) chunks.push(chunk as Buffer);
    await chain.gate.passed();
    return Buffer.concat(chunks).toString();
  }

  async function passOn(body: Buffer, response: ServerResponse): Promise<void> {
    const upstream = await chain.anvil.send(body);
    await chain.gate.passed();
    const length = upstream.headers["content-length"];
    response.writeHead(200, length === undefined ? JSON_CONTENT : { ...JSON_CONTENT, "content-length": length });
    await pipeline(upstream, response);
  }

  // Longer than clients keep an idle connection, so that none sends into one that is just being closed.
  return createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    answer(request, response).catch(() => response.destroy()); // The caller left, or anvil did, and then so do we.
  });
}

/** Whether anvil answers this as it stands. */
function passes(call: Call): boolean {
  return refusalOf(call) === undefined && call.method !== "eth_sendRawTransaction";
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if ((length += chunk.length) > LARGEST_REQUEST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): Call | Call[] | undefined {
  try {
    return JSON.parse(body.toString()) as Call | Call[];
  } catch {
    return undefined;
  }
}

function reply(response: ServerResponse, text: string): void {
  response.writeHead(200, { ...JSON_CONTENT, "content-length": Buffer.byteLength(text) }).end(text);
}

function errorText(id: unknown, { code, message }: Refusal): string {
  return JSON.stringify({ jsonrpc: "2.0", id: id ?? null, error: { code, message } });
}
