/**
 * One plain address for a deployed Kapok, `http://127.0.0.1:PORT`, as `npm start` has it: what talks to that one knows
 * nothing of TLS, of the API's own name or of the token endpoint's.
 */
import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { Agent, request as requestOverTls } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Emulator } from "./emulator.ts";
import { ofConnection, without } from "./raw-headers.ts";

/**
 * So many requests go through at once, and others wait: each takes a process of Node, and a machine that starts hundreds of
 * them gets nothing else done.
 */
const AT_ONCE = 24;

export interface GatewayOptions {
  emulator: Pick<Emulator, "port" | "authority">;
  /** What the deployment says of itself: `https://ID.execute-api…`. */
  apiUrl: string;
  /** `https://DOMAIN.auth.REGION.amazoncognito.com/oauth2/token`. */
  tokenUrl: string;
  /** A free one, if nothing else is said. */
  port?: number;
}

export interface Gateway {
  url: string;
  close(): Promise<void>;
}

export async function startGateway({ emulator, apiUrl, tokenUrl, port = 0 }: GatewayOptions): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ca: readFileSync(emulator.authority) });
  const [api, tokens] = [new URL(apiUrl).host, new URL(tokenUrl).host];
  const server = createServer((request, response) => {
    const isToken = request.url?.split("?")[0] === "/oauth2/token";
    const host = isToken ? tokens : api;
    passOn(request, response, { agent, port: emulator.port, host }).catch(() => response.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

interface Upstream {
  agent: Agent;
  port: number;
  /** The name that it is asked by, and that its certificate must have. */
  host: string;
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  { agent, port, host }: Upstream,
): Promise<void> {
  const upstream = requestOverTls({
    agent,
    host: "127.0.0.1",
    port,
    servername: host.split(":")[0]!,
    method: request.method!,
    path: request.url!,
    headers: ["host", host, ...without(request.rawHeaders, [...ofConnection, "host"])],
  });
  response.on("close", () => upstream.destroy());
  const answered = once(upstream, "response") as Promise<[IncomingMessage]>;
  answered.catch(() => undefined);
  try {
    await pipeline(request, upstream);
    const [answer] = await answered;
    response.writeHead(answer.statusCode!, without(answer.rawHeaders, ofConnection));
    await pipeline(answer, response);
  } catch {
    if (response.headersSent || response.destroyed) response.destroy();
    else refuse(response);
  }
}

function refuse(response: ServerResponse): void {
  response.writeHead(502, { "content-type": "application/problem+json" });
  response.end(
    JSON.stringify({
      type: "about:blank",
      title: "Bad Gateway",
      status: 502,
      detail: "The emulator of AWS does not answer. Look whether it still runs, and start it again.",
    }),
  );
}
