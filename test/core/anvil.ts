import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { freePort } from "../../scripts/start/ports.ts";
import { findAnvil } from "../../scripts/start/programs.ts";
import { Chain } from "../../lambdas/core/chain/chain.ts";

/** A chain in memory with keys that it holds itself, a block a transaction, and a clock that a test can move. */
export class Anvil {
  readonly url: string;
  readonly chain: Chain;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
    this.chain = new Chain([url]);
  }

  static async start(): Promise<Anvil> {
    const port = await freePort();
    const args = ["--port", `${port}`, "--host", "127.0.0.1", "--silent", "--chain-id", "1337"];
    const free = ["--gas-price", "0", "--base-fee", "0", "--gas-limit", "60000000", "--code-size-limit", "100000"];
    const child = spawn(findAnvil(), [...args, ...free], { stdio: "ignore" });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.removeListener("exit", kill));
    const anvil = new Anvil(child, `http://127.0.0.1:${port}`);
    await anvil.chain.reachable();
    return anvil;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }

  accounts(): Promise<string[]> {
    return this.chain.request("eth_accounts");
  }

  /** Sends a transaction, which is mined at once. @throws where it reverts */
  async send(from: string, to: string | undefined, data: string) {
    const transaction = { from, to, data, gas: "0x1c9c380", gasPrice: "0x0" };
    const hash = await this.chain.request<string>("eth_sendTransaction", [transaction]);
    for (;;) {
      const receipt = await this.chain.receipt(hash);
      if (receipt?.status === 0) throw new Error(`the transaction ${hash} reverted`);
      if (receipt) return receipt;
    }
  }

  /** Lets time pass; an empty block notices it. */
  async passTime(seconds: number): Promise<void> {
    await this.chain.request("evm_increaseTime", [seconds]);
    await this.chain.request("evm_mine");
  }
}
