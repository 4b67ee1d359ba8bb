import type { Context } from "aws-lambda";
import { randomUUID } from "node:crypto";
import { apiFunction } from "../../../lambdas/core/functions/api-function.ts";
import { deployFunction } from "../../../lambdas/core/functions/deploy-function.ts";
import { indexFunction } from "../../../lambdas/core/functions/index-function.ts";
import { submitFunction } from "../../../lambdas/core/functions/submit-function.ts";
import { sweepFunction } from "../../../lambdas/core/functions/sweep-function.ts";
import type { Kapok } from "../../../lambdas/core/kapok.ts";
import { tableNames } from "../../../lambdas/core/kapok.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";
import { Anvil } from "../anvil.ts";
import { Dynoxide } from "../dynoxide.ts";
import { settingsOf } from "../running-kapok.ts";
import { FakeCloud } from "./fake-cloud.ts";
import { linesOf } from "./lines-of.ts";

const keyArn = (name: string) => `arn:aws:kms:eu-central-1:111122223333:key/${name}`;
export const chainSecret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:chain";

/** A line of a function's log. */
export type Line = Record<string, any> & { part: string; event: string };

/** A deployment whose functions run in this very process, over a real chain and a real store. */
export class DeployedKapok {
  readonly deployment = "test";
  readonly cloud: FakeCloud;
  readonly anvil: Anvil;
  readonly engine: Dynoxide;
  readonly kapok: Kapok;
  readonly settings = settingsOf({}, { submitting: { timeoutMilliseconds: 1000 } });
  /** What the functions' logs said, in order. */
  readonly lines: Line[] = [];
  private readonly before = { ...process.env };
  private readonly restore: () => void;

  private constructor(cloud: FakeCloud, anvil: Anvil, engine: Dynoxide, kapok: Kapok) {
    this.cloud = cloud;
    this.anvil = anvil;
    this.engine = engine;
    this.kapok = kapok;
    this.restore = linesOf((line) => this.lines.push(line as Line));
    Object.assign(process.env, this.environment());
  }

  /** Starts all of it and deploys it, from empty. */
  static async deploy(): Promise<DeployedKapok> {
    const [cloud, anvil, engine] = await Promise.all([FakeCloud.start(), Anvil.start(), Dynoxide.start()]);
    const deployed = new DeployedKapok(cloud, anvil, engine, await engine.kapok("test"));
    cloud.chainUrls = [anvil.url];
    cloud.clients.set("client-a", "label-a");
    const clients = [
      { label: "label-a", organisation: "hotel-a", name: "desk", scopes: ["points:write", "points:read"] },
    ];
    const organisations = deployed.settings.organisations.map(({ id }) => [id, [keyArn(id)]] as const);
    const keys = { organisations: Object.fromEntries(organisations), administrator: keyArn("administrator") };
    const settings = JSON.stringify(deployed.settings);
    const ResourceProperties = { step: "book", settings, keys, pool: "pool", clients };
    const event = { RequestType: "Create", ResponseURL: cloud.url, ResourceProperties };
    await (
      await deployFunction(scenarios)
    )(event as never, context(60));
    const answer = cloud.answers.at(-1);
    if (answer?.Status !== "SUCCESS") throw new Error(`it was not deployed: ${JSON.stringify(answer)}`);
    return deployed;
  }

  /** What the functions find in their environment, which commands do too. */
  environment(): Record<string, string> {
    return {
      ...this.cloud.environment(this.engine.url),
      DEPLOYMENT: this.deployment,
      TABLES: JSON.stringify(tableNames("test", scenarios)),
      CHAIN_SECRET: chainSecret,
      SUBMITTER: "test-submitter",
      INDEXER: "test-indexer",
      SWEEPER: "test-sweeper",
      SUBMITTING: JSON.stringify(this.settings["submitting" as never]),
      API_URL: "https://api.test",
      TOKEN_URL: "https://tokens.test",
      TOKEN_ISSUER: this.cloud.issuer,
      LONGEST_WAIT_SECONDS: "0",
      VERSION: "0",
    };
  }

  /** Sends one request through the API's function. */
  async post(path: string, body: unknown): Promise<{ statusCode: number; body: any }> {
    const token = await this.cloud.token("client-a", ["points/write", "points/read"]);
    const event = {
      version: "2.0",
      rawPath: path,
      rawQueryString: "",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
      },
      requestContext: { http: { method: "POST", path }, domainName: "api.test" },
      body: JSON.stringify(body),
      isBase64Encoded: false,
    };
    this.api ??= apiFunction("api", scenarios);
    const answer: any = await this.api(event as never, context(29));
    return { statusCode: answer.statusCode, body: JSON.parse(answer.body) };
  }
  private api?: ReturnType<typeof apiFunction>;

  /** Runs the indexer for so many seconds. */
  async index(seconds: number, event: { sweptAt?: number } = {}): Promise<string> {
    return (await indexFunction(scenarios))(event, context(10 + seconds));
  }

  /** Works a lane off, for at most so many seconds. */
  async submit(seconds: number, organisation = "hotel-a"): Promise<string> {
    return (await submitFunction(scenarios))({ organisation }, context(20 + seconds));
  }

  /** Works a lane off to its end, with an indexer beside that comes and goes. */
  async workOff(organisation = "hotel-a"): Promise<void> {
    let isDone = false;
    const submitting = this.submit(30, organisation).finally(() => (isDone = true));
    while (!isDone) await this.index(1);
    const outcome = await submitting;
    if (outcome !== "done") throw new Error(`the lane of ${organisation} is ${outcome}`);
  }

  sweep(): Promise<{ started: string[] }> {
    return sweepFunction()();
  }

  /** Lines of the log about one event. */
  said(event: string): Line[] {
    return this.lines.filter((line) => line.event === event);
  }

  stop(): void {
    this.restore();
    process.env = this.before;
    this.cloud.stop();
    this.anvil.stop();
    this.engine.stop();
  }
}

function context(seconds: number): Context {
  const until = performance.now() + seconds * 1000;
  const remaining = () => Math.floor(until - performance.now());
  return { awsRequestId: randomUUID(), functionName: "test", getRemainingTimeInMillis: remaining } as Context;
}
