import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { freePort } from "../../scripts/start/ports.ts";
import { findDynoxide } from "../../scripts/start/programs.ts";
import { createTables } from "../../scripts/start/tables.ts";
import { Kapok, tableNames } from "../../lambdas/core/kapok.ts";
import { dynamodb, pause } from "../../lambdas/core/store/table.ts";
import { scenarios } from "../../lambdas/scenarios.ts";

const silent = { info() {}, warn() {}, alarm() {}, error() {} };

/** A DynamoDB-compatible engine in memory. */
export class Dynoxide {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  static async start(): Promise<Dynoxide> {
    const port = await freePort();
    const child = spawn(findDynoxide(), ["serve", "--host", "127.0.0.1", "--port", `${port}`], { stdio: "ignore" });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.removeListener("exit", kill));
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(url).catch(() => undefined))) await pause(10);
    return new Dynoxide(child, url);
  }

  /** The tables of one deployment, empty where nobody used this prefix before. */
  async kapok(prefix: string): Promise<Kapok> {
    const kapok = new Kapok(scenarios, dynamodb(this.url), tableNames(prefix, scenarios), silent);
    await createTables(
      kapok.client,
      kapok.tables().map((table) => table.name),
    );
    return kapok;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
