/** The toy app, really deployed into an emulator; its functions call AWS through a proxy that can hold them. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { build } from "esbuild";
import type { Emulator } from "../../scripts/emulate/emulator.ts";
import { startEmulator } from "../../scripts/emulate/emulator.ts";
import { HoldingProxy } from "../../scripts/emulate/holding-proxy.ts";
import { freePort } from "../../scripts/start/ports.ts";
import { clientConfig } from "./client-config.ts";

const run = promisify(execFile);
const app = fileURLToPath(new URL("toy/app.ts", import.meta.url));
const entry = fileURLToPath(new URL("toy/function.ts", import.meta.url));

/** What the stack says of itself. */
export interface Outputs {
  ApiUrl: string;
  KeyArn: string;
  TableArn: string;
  PoolId: string;
  ClientId: string;
  DeadLettersUrl: string;
  Answer: string;
}

/** What a function answered, or the words of its error. */
export interface Outcome {
  value?: unknown;
  error?: string;
  type?: string;
}

export class Toy {
  readonly emulator: Emulator;
  readonly proxy: HoldingProxy;
  readonly folder: string;
  readonly database: DynamoDBClient;
  readonly keys: KMSClient;
  readonly tokens: CognitoIdentityProviderClient;
  readonly functions: LambdaClient;
  readonly secrets: SecretsManagerClient;
  readonly #queues: SQSClient;
  #outputs: Outputs | undefined;

  private constructor(emulator: Emulator, proxy: HoldingProxy, folder: string) {
    this.emulator = emulator;
    this.proxy = proxy;
    this.folder = folder;
    const config = clientConfig(emulator);
    this.database = new DynamoDBClient(config);
    this.keys = new KMSClient(config);
    this.tokens = new CognitoIdentityProviderClient(config);
    this.secrets = new SecretsManagerClient(config);
    this.functions = new LambdaClient({ ...config, maxAttempts: 1 });
    this.#queues = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
  }

  static #shared: Promise<Toy> | undefined;

  /** One for all tests of a run; it ends with the run. */
  static shared(): Promise<Toy> {
    this.#shared ??= Toy.deployed();
    return this.#shared;
  }

  static async deployed(): Promise<Toy> {
    const folder = mkdtempSync(join(tmpdir(), "kapok-toy-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const [port, home] = [await freePort(), join(folder, "emulator")];
    const proxy = await HoldingProxy.start({
      url: `https://127.0.0.1:${port}`,
      authority: join(home, "authority.pem"),
    });
    const toy = new Toy(await startEmulator({ folder: home, port, functionsEndpoint: proxy.url }), proxy, folder);
    await toy.#bundle();
    await toy.cdk(["bootstrap", `aws://${toy.emulator.account}/${toy.emulator.region}`]);
    await toy.deploy();
    return toy;
  }

  get outputs(): Outputs {
    if (!this.#outputs) throw new Error("the toy is not deployed");
    return this.#outputs;
  }

  /** Deploys, and gives what CDK said. */
  async deploy(variables: Record<string, string> = {}): Promise<string> {
    const file = join(this.folder, "outputs.json");
    const options = ["--require-approval", "never", "--progress", "events", "--outputs-file", file];
    const said = await this.cdk(["deploy", "--all", ...options], variables);
    this.#outputs = JSON.parse(readFileSync(file, "utf8")).toy;
    return said;
  }

  /** Runs the real CDK. */
  async cdk(args: string[], variables: Record<string, string> = {}): Promise<string> {
    const cwd = join(this.folder, "cdk");
    mkdirSync(cwd, { recursive: true });
    const bundle = join(this.folder, "bundle");
    const env = { PATH: process.env["PATH"], HOME: this.folder, TOY_BUNDLE: bundle, ...this.emulator.environment };
    const { stdout, stderr } = await run(
      "cdk",
      [...args, "--app", `node ${app}`, "--no-notices", "--no-color", "--ci"],
      {
        cwd,
        env: { ...env, ...variables },
        timeout: 120_000,
        maxBuffer: 2 ** 26,
      },
    );
    return stdout + stderr;
  }

  async call(name: string, event: Record<string, unknown>): Promise<Outcome> {
    const command = new InvokeCommand({ FunctionName: `toy-${name}`, Payload: JSON.stringify(event) });
    const { FunctionError, Payload } = await this.functions.send(command);
    const answer = JSON.parse(Buffer.from(Payload!).toString());
    return FunctionError ? { error: answer.errorMessage, type: answer.errorType } : { value: answer };
  }

  async callAsynchronously(name: string, event: Record<string, unknown>): Promise<void> {
    const [FunctionName, Payload] = [`toy-${name}`, JSON.stringify(event)];
    await this.functions.send(new InvokeCommand({ FunctionName, Payload, InvocationType: "Event" }));
  }

  async put(pk: string, sk: string, more: Record<string, AttributeValue> = {}): Promise<void> {
    const Item = { pk: { S: pk }, sk: { S: sk }, ...more };
    await this.database.send(new PutItemCommand({ TableName: "toy", Item }));
  }

  /** The sort keys of a partition. */
  async rows(pk: string): Promise<string[]> {
    const query = {
      TableName: "toy",
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: pk } },
    };
    const { Items = [] } = await this.database.send(new QueryCommand(query));
    return Items.map(({ sk }) => sk!.S!);
  }

  /** Takes what lies in the queue of dead letters now. */
  async deadLetters(): Promise<Record<string, any>[]> {
    const QueueUrl = this.outputs.DeadLettersUrl;
    const { Messages = [] } = await this.#queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    for (const { ReceiptHandle } of Messages) {
      await this.#queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return Messages.map(({ Body }) => JSON.parse(Body!));
  }

  async #bundle(): Promise<void> {
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: "node",
      target: "node24",
      format: "esm",
      outfile: join(this.folder, "bundle", "index.mjs"),
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      logLevel: "error",
    });
  }
}
