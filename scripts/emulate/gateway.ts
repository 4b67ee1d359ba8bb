import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { Agent, request } from "node:https";

/** Where requests go. */
export interface GatewayRoutes {
  /** The emulator's port, and the path of the certificate that it has. */
  emulator: { port: number; authority: string };
  /** As the deployment says them. */
  apiUrl: string;
  tokenUrl: string;
}

/** A gateway that is open. */
export interface Gateway {
  url: string;
  close(): Promise<void>;
}

/**
 * A plain door on 127.0.0.1 to what is deployed: whoever talks to `npm start` talks to this, and needs neither TLS nor the
 * names of AWS.
 */
export async function openGateway(port: number, routes: GatewayRoutes): Promise<Gateway> {
  const { emulator, apiUrl, tokenUrl } = routes;
  const agent = new Agent({
    ca: readFileSync(emulator.authority),
    keepAlive: true,
    checkServerIdentity: () => undefined,
  });
  const [api, token] = [new URL(apiUrl), new URL(tokenUrl)];
  const server = createServer((incoming, response) => {
    const host = incoming.url === token.pathname ? token.host : api.host;
    const onward = request({
      agent,
      host: "127.0.0.1",
      port: emulator.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, host },
    });
    onward.on("response", (answer) => passOn(answer, response));
    onward.on("error", () => unreachable(response));
    response.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    async close() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode!, answer.headers);
  answer.pipe(response);
}

function unreachable(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(502, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: "The emulator does not answer", status: 502 }));
}
