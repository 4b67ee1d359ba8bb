import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Chain } from "../../../lambdas/core/chain/chain.ts";

/** A node that a test plays: what it answers to each method, or nothing at all. */
class Node {
  readonly asked: string[] = [];
  head = 1;
  silent = false;
  refuses: { code: number; message: string } | undefined;
  private most = 0;
  private open = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer(async (request, response) => {
      this.most = Math.max(this.most, ++this.open);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString());
      this.asked.push(method);
      if (this.silent) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
      const result = method === "eth_blockNumber" ? `0x${this.head.toString(16)}` : "0x539";
      const answer = this.refuses && method === "eth_sendRawTransaction" ? { error: this.refuses } : { result };
      this.open--;
      response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get mostAtOnce(): number {
    return this.most;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe("Several nodes of one chain", () => {
  let nodes: Node[];
  let urls: string[];
  beforeEach(async () => {
    nodes = [new Node(), new Node()];
    urls = await Promise.all(nodes.map((node) => node.start()));
  });
  afterEach(() => nodes.forEach((node) => node.stop()));

  it("are asked in turn where one is gone or does not answer, and not where one refuses", async function () {
    this.timeout(20_000);
    const chain = new Chain(urls);
    nodes[0]!.silent = true;
    expect(await chain.chainId()).to.equal(1337);
    expect(await chain.chainId()).to.equal(1337);
    expect(nodes[0]!.asked, "whoever answers goes on being asked").to.have.length(1);
  });

  it("are compared: one that is cut off from the others and answers all the same is left", async () => {
    nodes[1]!.head = 7;
    const chain = new Chain(urls);
    expect(await chain.head()).to.equal(7);
    expect(await chain.chainId()).to.equal(1337);
    expect(nodes[0]!.asked).to.not.include("eth_chainId");
  });

  it("all hear a broadcast, of which one must take it", async () => {
    const chain = new Chain(urls);
    nodes[0]!.refuses = { code: -32000, message: "tx pool not enabled" };
    expect(await chain.broadcast(Uint8Array.of(1))).to.equal("taken");
    nodes[1]!.refuses = { code: -32000, message: "Known transaction" };
    expect(await chain.broadcast(Uint8Array.of(1))).to.equal("known");
    nodes[1]!.refuses = nodes[0]!.refuses;
    expect(await chain.broadcast(Uint8Array.of(1))).to.deep.equal({ refused: "tx pool not enabled" });
    nodes.forEach((node) => node.stop());
    const failure = await chain.broadcast(Uint8Array.of(1)).catch((error: Error) => error.message);
    expect(failure).to.equal("eth_sendRawTransaction: the chain does not answer");
  });

  it("are not asked more at once than they bear", async () => {
    const chain = new Chain([urls[0]!]);
    await Promise.all(Array.from({ length: 100 }, () => chain.chainId()));
    expect(nodes[0]!.mostAtOnce).to.be.within(2, 16);
    expect(nodes[0]!.asked.length).to.be.greaterThan(0);
  });
});
