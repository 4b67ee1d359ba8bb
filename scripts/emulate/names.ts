/**
 * Lets functions find the names of AWS on this machine. They reach the services by AWS_ENDPOINT_URL; a user pool's keys
 * have an address of their own (`https://cognito-idp.REGION.amazonaws.com/POOL/…`), which Node asks its proxy for.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

const aws = /\.(amazonaws\.com(\.cn)?|amazoncognito\.com)$/;

export interface NameServer {
  /** What a function needs in its environment. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** A proxy by whose tunnels the names of AWS lead to the emulator, and all others to where they do elsewhere. */
export async function answerForAws(emulatorPort: number): Promise<NameServer> {
  const open = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "" }, client: Socket) => {
    const { hostname, port } = new URL(`tunnel://${url}`);
    const there = aws.test(hostname) ? connect(emulatorPort, "127.0.0.1") : connect(Number(port), hostname);
    for (const socket of [client, there]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      socket.on("error", () => [client, there].forEach((each) => each.destroy()));
    }
    there.once("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(there).pipe(client);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      NODE_USE_ENV_PROXY: "1",
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
      NO_PROXY: "localhost,127.0.0.1,.localhost",
    },
    async close() {
      for (const socket of open) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
