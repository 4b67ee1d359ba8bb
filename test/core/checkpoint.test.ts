import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { checkpoint } from "../../lambdas/core/checkpoint.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { temporaryHome } from "../start/temporary-home.ts";

const module = new URL("../../lambdas/core/checkpoint.ts", import.meta.url).href;
const program = `const { checkpoint } = await import("${module}"); await checkpoint("put-not-answered"); console.log("went on");`;

/** Runs a process through one checkpoint. */
async function pass(socket: string): Promise<{ said: string; signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, KAPOK_CHECKPOINT_SOCKET: socket },
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [, signal] = await once(child, "close");
  return { said, signal };
}

describe("A checkpoint", () => {
  it("does nothing where nobody listens", async () => {
    const begun = performance.now();
    for (let passed = 0; passed < 10_000; passed++) await checkpoint("put-not-answered");
    expect(performance.now() - begun).to.be.lessThan(500);
  });

  it("waits until a test says go, or kills", async () => {
    const home = temporaryHome();
    const listener = await CheckpointListener.open(home.path);
    expect(await pass(listener.socket)).to.deep.equal({ said: "went on\n", signal: null });
    const killed = listener.killAt("put-not-answered");
    expect(await pass(listener.socket)).to.deep.equal({ said: "", signal: "SIGKILL" });
    await killed;
    expect(listener.reached.get("put-not-answered")).to.equal(2);
    listener.close();
    home.remove();
  });

  it("speaks to an http address too", async () => {
    const heard: string[] = [];
    const server = createServer((request, response) => {
      heard.push(request.method ?? "");
      request.resume().on("end", () => response.end("go"));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { said } = await pass(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect([said, ...heard]).to.deep.equal(["went on\n", "POST"]);
    server.close();
  });
});
