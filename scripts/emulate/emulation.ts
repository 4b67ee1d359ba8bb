import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { Kapok, tableNames } from "../../lambdas/core/kapok.ts";
import { logger } from "../../lambdas/core/log.ts";
import { isLearned, readBook } from "../../lambdas/core/store/book.ts";
import { dynamodb, pause } from "../../lambdas/core/store/table.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { deploy } from "../deploy/deploy.ts";
import { deployedSettings } from "../deploy/deployed-settings.ts";
import { issueCredentials } from "../deploy/issue-credentials.ts";
import type { Outputs } from "../deploy/outputs.ts";
import { Home } from "../start/home.ts";
import type { Emulator } from "./emulator.ts";
import type { Gateway } from "./gateway.ts";
import { startGateway } from "./gateway.ts";

/** A deployment hangs where a function cannot start behind a custom resource: nobody waits for it longer than this. */
const LONGEST_DEPLOYMENT = 300_000;

/** What a deployment into an emulator is made of. */
export interface EmulationOptions {
  emulator: Emulator;
  /** Holds settings, credentials, the book's file and logs. */
  home: string;
  /** Settings as for one machine; what the cloud needs beside them is added here. */
  settings: Record<string, unknown>;
  /** JSON-RPC endpoints, and what is sent with every request to them. */
  chain: {
    urls: string[];
    headers?: Record<string, string>;
    /** What the book's file says instead, for whoever is no function. */
    shown?: string;
  };
  /** Names everything of it; deployments of one emulator have different ones. */
  deployment?: string;
  say?: (line: string) => void;
}

/** One deployment into an emulator, made by the very code of `npm run deploy`. */
export class Emulation {
  readonly home: Home;
  readonly deployment: string;
  readonly options: EmulationOptions;
  /** ARN of the secret that holds the chain's endpoints. */
  readonly chainSecret: string;
  /** Settings that are deployed, without what the cloud needs beside them. */
  settings: Record<string, unknown> = {};
  private outputs!: Outputs;

  private constructor(options: EmulationOptions, chainSecret: string) {
    this.options = options;
    this.home = new Home(options.home);
    this.deployment = options.deployment ?? "kapok";
    this.chainSecret = chainSecret;
  }

  /** Deploys into an empty account, or one that has other deployments. @throws NotReady, CdkFailed */
  static async begin(options: EmulationOptions): Promise<Emulation> {
    const { emulator, home, chain, deployment = "kapok" } = options;
    mkdirSync(home, { recursive: true });
    trust(emulator);
    const SecretString = JSON.stringify({ urls: chain.urls, headers: chain.headers });
    const secret = new CreateSecretCommand({ Name: `${deployment}-chain`, SecretString });
    const { ARN } = await new SecretsManagerClient().send(secret);
    const emulation = new Emulation(options, ARN!);
    await emulation.deploy(options.settings);
    return emulation;
  }

  /** Path of the settings that are deployed. */
  get settingsPath(): string {
    return join(this.home.path, "settings.json");
  }

  /** Path of what the CDK said. */
  get log(): string {
    return join(this.home.path, "deploy.log");
  }

  /** Deploys settings, the first ones or others. */
  async deploy(settings: Record<string, unknown>): Promise<void> {
    const cloud = {
      deployment: this.deployment,
      chainSecret: this.chainSecret,
      tokenDomain: `${this.deployment}-emulated`,
    };
    writeFileSync(this.settingsPath, JSON.stringify({ ...settings, cloud }, undefined, 2));
    this.outputs = await deploy(deployedSettings(this.settingsPath), {
      args: ["--require-approval", "never", "--progress", "events", "--output", join(this.home.path, "cdk.out")],
      say: this.options.say ?? (() => {}),
      report: (text) => appendFileSync(this.log, text),
      timeout: LONGEST_DEPLOYMENT,
    });
    this.settings = settings;
    await this.keepBook();
    while (!(await isLearned(this.kapok()))) await pause(200);
  }

  /** Opens the plain door, and writes credentials that lead through it. */
  async open(port: number): Promise<Gateway> {
    const { emulator } = this.options;
    const { apiUrl, tokenUrl } = this.outputs;
    const gateway = await startGateway({ emulator, port, apiUrl, tokenUrl });
    const { clients } = await issueCredentials(deployedSettings(this.settingsPath));
    await this.home.keepCredentials({ apiUrl: gateway.url, tokenUrl: `${gateway.url}/oauth2/token`, clients });
    return gateway;
  }

  /** The deployment's tables, with the rights of the account's administrator. */
  kapok(): Kapok {
    return new Kapok(scenarios, dynamodb(), tableNames(this.deployment, scenarios), logger("emulation"), false);
  }

  private async keepBook(): Promise<void> {
    const book = await readBook(this.kapok().core);
    if (!book) throw new Error(`the deployment made no book; ${this.log} says why`);
    const { chainId, genesisHash, addresses, startBlock } = book;
    const { urls, shown = urls.join(",") } = this.options.chain;
    await this.home.keepBook({ rpcUrl: shown, chainId, genesisHash, addresses, startBlock });
  }
}

/** From here on, this process and its children speak to the emulator and to nobody else. */
function trust({ environment, authority }: Emulator): void {
  Object.assign(process.env, environment);
  setDefaultCACertificates([...getCACertificates(), readFileSync(authority, "utf8")]);
}
