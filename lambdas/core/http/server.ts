import { createServer, STATUS_CODES } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Hono } from "hono";
import { problems } from "../problem.ts";

/** Connections that may wait to be taken: many clients come at once after a restart. */
const LONGEST_BACKLOG = 4096;

/** A listening server. */
export interface Listening {
  port: number;
  /** Takes no more requests, lets those under way end, and then closes. */
  close(): Promise<void>;
}

/**
 * Serves an application on 127.0.0.1.
 * @param port 0 for any free one
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function serve(app: Pick<Hono<any>, "fetch">, port: number): Promise<Listening> {
  // The times are for receiving a request; one that waits for its outcome is not cut.
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000, maxHeaderSize: 16 * 1024 };
  // A request without Host is refused further on, as a problem.
  const options = { ...limits, requireHostHeader: false };
  const listener = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], {
    errorHandler: answerUnreadable,
  });
  const server = createServer(options, (request, response) => void listener(request, response));
  server.on("clientError", refuse);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: LONGEST_BACKLOG }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

/** What the HTTP parser refuses, and the problem that it is. */
const refusals: Record<string, keyof typeof problems> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-too-slow",
};

/** Answers what is no HTTP, or comes too slowly, and hangs up. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const name = refusals[error.code ?? ""] ?? "invalid-request";
  const { status, title, remedy } = problems[name];
  const body = JSON.stringify({ type: `/problems/${name}`, title, status, detail: remedy });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** A request that does not reach the application, since its target or its Host cannot be read. */
function answerUnreadable(error: unknown): Response {
  const name = error instanceof RequestError ? "invalid-request" : "internal-error";
  const { status, title } = problems[name];
  const document = { type: `/problems/${name}`, title, status, detail: "The request's target or Host cannot be read." };
  return new Response(JSON.stringify(document), { status, headers: { "Content-Type": "application/problem+json" } });
}

async function closed(server: Server): Promise<void> {
  const ended = new Promise((resolve) => server.close(resolve));
  // A connection that becomes idle from here on would be kept alive for the next request.
  const sweeping = setInterval(() => server.closeIdleConnections(), 20);
  await ended;
  clearInterval(sweeping);
}
