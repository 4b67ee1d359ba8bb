import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A node before a node, whose blocks are older than they are; or which does not answer. */
export class LateChain {
  /** By how many seconds blocks are older. */
  late = 0;
  readonly url: string;
  private readonly server;

  private constructor(server: ReturnType<typeof createServer>) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(upstream: string): Promise<LateChain> {
    const server = createServer((request, response) => {
      const pass = async () => {
        const body = Buffer.concat(await request.toArray()).toString("utf8");
        const answer = await fetch(upstream, { method: "POST", body, headers: { "content-type": "application/json" } });
        const text = await answer.text();
        const older = (_: string, time: string) => `"timestamp":"0x${(Number(time) - chain.late).toString(16)}"`;
        response.setHeader("content-type", "application/json");
        response.end(text.replace(/"timestamp":"(0x[0-9a-f]+)"/g, older));
      };
      pass().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const chain = new LateChain(server);
    return chain;
  }

  /** From now on nobody listens there. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
