import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RealKey } from "./real-key.ts";

/** What goes wrong with one request: an answer, a connection that breaks, or one that stays silent. */
export type Fault = { status: number; name?: string; message?: string } | "broken" | "silent";

/** KMS as it looks from HTTP: one key under every name, with the faults that are to come first. */
export class FakeKms {
  readonly faults: Fault[] = [];
  /** Goes wrong with every request that has no fault of its own. */
  always: Fault | undefined;
  /** Every request, in order. */
  readonly requests: { operation: string; input: Record<string, unknown> }[] = [];
  key: RealKey;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  constructor(key: RealKey) {
    this.key = key;
  }

  /** @returns its URL */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get operations(): string[] {
    return this.requests.map(({ operation }) => operation);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString("utf8");
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    const input = JSON.parse(body);
    this.requests.push({ operation, input });
    const fault = this.faults.shift() ?? this.always;
    if (fault === "silent") return;
    if (fault === "broken") return void request.socket.destroy();
    response.setHeader("Content-Type", "application/x-amz-json-1.1");
    if (!fault) response.end(JSON.stringify(await this.result(operation, input)));
    else if (!fault.name) response.writeHead(fault.status, { "Content-Type": "text/html" }).end("<h1>Sorry</h1>");
    else response.writeHead(fault.status).end(JSON.stringify({ __type: fault.name, message: fault.message }));
  }

  private async result(operation: string, { KeyId, Message }: Record<string, string>): Promise<object> {
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
    if (operation === "GetPublicKey") {
      return { KeyId, PublicKey: base64(await this.key.publicKey()), KeySpec: "ECC_SECG_P256K1" };
    }
    const digest = Buffer.from(Message!, "base64");
    return { KeyId, Signature: base64(await this.key.sign(digest)), SigningAlgorithm: "ECDSA_SHA_256" };
  }
}
