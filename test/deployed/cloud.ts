import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Emulation } from "../../scripts/emulate/emulation.ts";
import type { Emulator } from "../../scripts/emulate/emulator.ts";
import type { Gateway } from "../../scripts/emulate/gateway.ts";
import { HoldingProxy } from "../../scripts/emulate/holding-proxy.ts";
import type { Credentials } from "../../scripts/start/home.ts";
import type { ChainProcess } from "../start/chain-process.ts";
import type { Account } from "./account.ts";
import { startAccount } from "./account.ts";

/** Words that must never be seen outside of the place where they were put. */
export interface Canaries {
  rpcPath: string;
  rpcHeader: string;
  reference: string;
}

/** One deployment, with the door to it. */
export interface Deployed {
  emulation: Emulation;
  gateway: Gateway;
  credentials: Credentials;
  /** Path of the file that has the credentials. */
  credentialsPath: string;
}

/**
 * An emulated AWS with a chain, and a proxy in front of each that can hold a function's call. All suites of this folder
 * share one: it ends when the last of them has.
 */
export class Cloud {
  readonly folder: string;
  readonly canaries: Canaries;
  readonly emulator: Emulator;
  /** Between functions and AWS. */
  readonly aws: HoldingProxy;
  /** Between functions and the chain. */
  readonly node: HoldingProxy;
  /** The chain itself. */
  readonly chain: ChainProcess;
  readonly #account: Account;
  readonly #deployments = new Map<string, Promise<Deployed>>();

  private constructor(folder: string, canaries: Canaries, account: Account, node: HoldingProxy) {
    this.folder = folder;
    this.canaries = canaries;
    this.#account = account;
    this.emulator = account.emulator;
    this.aws = account.aws;
    this.node = node;
    this.chain = account.chain;
  }

  static #shared: Promise<Cloud> | undefined;

  static shared(): Promise<Cloud> {
    return (this.#shared ??= this.#start());
  }

  static async #start(): Promise<Cloud> {
    const folder = mkdtempSync(join(tmpdir(), "kapok-cloud-"));
    const word = (what: string) => `canary-${what}-${randomBytes(6).toString("hex")}`;
    const canaries = { rpcPath: word("path"), rpcHeader: word("header"), reference: word("reference") };
    const account = await startAccount(folder, { chain: { CHAIN_BLOCK_SECONDS: "1" } });
    return new Cloud(folder, canaries, account, await HoldingProxy.start({ url: account.chain.url }));
  }

  static async end(): Promise<void> {
    const cloud = await this.#shared?.catch(() => undefined);
    if (!cloud) return;
    for (const deployed of cloud.#deployments.values())
      await deployed.then(
        ({ gateway }) => gateway.close(),
        () => {},
      );
    await cloud.#account.end();
    await cloud.node.close();
    rmSync(cloud.folder, { recursive: true, force: true });
  }

  /** A deployment of that name; made at the first call. */
  deployment(name: string, settings: Record<string, unknown>): Promise<Deployed> {
    const known = this.#deployments.get(name);
    if (known) return known;
    const made = this.#deploy(name, settings);
    this.#deployments.set(name, made);
    return made;
  }

  async #deploy(deployment: string, settings: Record<string, unknown>): Promise<Deployed> {
    const { rpcPath, rpcHeader } = this.canaries;
    const home = join(this.folder, deployment);
    const chain = {
      urls: [`${this.node.url}/${rpcPath}`],
      headers: { authorization: `Bearer ${rpcHeader}` },
      shown: this.chain.url,
    };
    const emulation = await Emulation.begin({ emulator: this.emulator, home, settings, chain, deployment });
    const gateway = await emulation.open(0);
    return {
      emulation,
      gateway,
      credentials: (await emulation.home.credentials())!,
      credentialsPath: join(home, "credentials.json"),
    };
  }
}

after(async function () {
  this.timeout(60_000);
  await Cloud.end();
});
