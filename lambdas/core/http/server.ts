import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";

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
  const listener = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], {
    errorHandler: () => new Response(null, { status: 400 }),
  });
  const server = createServer(limits, (request, response) => void listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
}
