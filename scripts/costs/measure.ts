import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { scenarioPart } from "../../cdk/core/bundles.ts";
import { queueDepth } from "../../lambdas/core/store/queue.ts";
import { readJournal } from "../../lambdas/core/store/journal.ts";
import { settingsOf } from "../../test/core/running-kapok.ts";
import { Desk } from "../../test/points/end-to-end/desk.ts";
import { ChainProcess } from "../../test/start/chain-process.ts";
import { Emulation } from "../emulate/emulation.ts";
import type { Emulator } from "../emulate/emulator.ts";
import { startEmulator } from "../emulate/emulator.ts";
import { HoldingProxy } from "../emulate/holding-proxy.ts";
import { roomiestFolder } from "../roomiest-folder.ts";
import { freePort } from "../start/ports.ts";
import { readRunning } from "./function-log.ts";
import type { Memory } from "./lines.ts";
import { Meter } from "./meter.ts";
import { traffic } from "./traffic.ts";
import type { Workload } from "./workloads.ts";

/** Calls and what they carried, for each operation; or for each second, of a deployment that nobody uses. */
export interface Calls {
  /** Requests of the HTTP API. */
  requests: number;
  writeUnits: number;
  readUnits: number;
  signatures: number;
  /** Calls of functions, by part. */
  calls: Record<string, number>;
  /** For how long they ran, milliseconds; but the indexer, one of which always runs. */
  milliseconds: Record<string, number>;
  /** Bytes of their logs. */
  logged: number;
}

const parts = [scenarioPart("points"), "waker", "submitter", "indexer", "sweeper"];
/** More than a batch has operations, so that nobody is posted to twice in one. */
const MEMBERS = 1000;

/** One deployment in an emulator, for as long as it is measured. */
export class MeasuredDeployment {
  private readonly cloud: { emulator: Emulator; aws: HoldingProxy; chain: ChainProcess; folder: string };
  private readonly emulation: Emulation;
  private readonly desk: Desk;
  private readonly close: () => Promise<void>;
  private members: string[] = [];

  private constructor(
    cloud: MeasuredDeployment["cloud"],
    emulation: Emulation,
    desk: Desk,
    close: MeasuredDeployment["close"],
  ) {
    this.cloud = cloud;
    this.emulation = emulation;
    this.desk = desk;
    this.close = close;
  }

  /** @param slowed by how much the blocks are slower than one a second */
  static async begin(slowed: number): Promise<MeasuredDeployment> {
    const folder = mkdtempSync(join(roomiestFolder(), "kapok-costs-"));
    // A consortium's chain makes a block a second, whether it is used or not.
    const block = { CHAIN_BLOCK_SECONDS: String(slowed), CHAIN_IDLE_SECONDS: String(slowed) };
    const chain = await ChainProcess.start(join(folder, "chain"), block);
    const port = await freePort();
    const authority = join(folder, "emulator", "authority.pem");
    const aws = await HoldingProxy.start({ url: `https://127.0.0.1:${port}`, authority });
    const emulator = await startEmulator({ folder: join(folder, "emulator"), port, functionsEndpoint: aws.url });
    const settings = settingsOf({ dailyIssueCap: 1e9 });
    const home = join(folder, "home");
    const emulation = await Emulation.begin({ emulator, home, settings, chain: { urls: [chain.url] } });
    const gateway = await emulation.open(0);
    const desk = new Desk((await emulation.home.credentials())!, "hotel-a");
    const measured = new MeasuredDeployment({ emulator, aws, chain, folder }, emulation, desk, () => gateway.close());
    await measured.enrol();
    return measured;
  }

  /** How much memory each function has, gigabytes. */
  async memory(): Promise<Memory> {
    const client = new LambdaClient();
    const sizes = parts.map(async (part) => {
      const FunctionName = `${this.emulation.deployment}-${part}`;
      const { MemorySize = 0 } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      return [part, MemorySize / 1024] as const;
    });
    return Object.fromEntries(await Promise.all(sizes));
  }

  async end(): Promise<void> {
    const { emulator, aws, chain, folder } = this.cloud;
    await this.close();
    await emulator.stop();
    await Promise.all([aws.close(), chain.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }

  /** What one operation of a workload takes. */
  async operations(workload: Workload, seconds: number): Promise<Calls> {
    return this.measured(async () => {
      const { operations, requests } = await traffic(this.desk, this.members, workload, seconds);
      await this.settled();
      return { per: operations, requests };
    });
  }

  /** What a second without any operation takes. */
  async idle(seconds: number): Promise<Calls> {
    return this.measured(async () => {
      await sleep(seconds * 1000);
      return { per: seconds, requests: 0 };
    });
  }

  private async measured(work: () => Promise<{ per: number; requests: number }>): Promise<Calls> {
    const [meter, since] = [new Meter(), Date.now()];
    const forget = this.cloud.aws.onCall(meter.observe);
    const { per, requests } = await work();
    forget();
    const { writeUnits, readUnits, signatures } = meter.usage;
    const { calls, milliseconds, logged } = await readRunning(this.emulation.deployment, parts, since);
    delete milliseconds["indexer"];
    const share = (figures: Record<string, number>) =>
      Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure / per]));
    return {
      requests: requests / per,
      writeUnits: writeUnits / per,
      readUnits: readUnits / per,
      signatures: signatures / per,
      calls: share(calls),
      milliseconds: share(milliseconds),
      logged: logged / per,
    };
  }

  /** Waits until everything is decided and nobody works on the lane any more. */
  private async settled(): Promise<void> {
    const { core } = this.emulation.kapok();
    const busy = async () => (await queueDepth(core, "hotel-a")) > 0 || (await readJournal(core, "hotel-a")).length > 0;
    while (await busy()) await sleep(200);
    await sleep(2000);
  }

  /** Guests with points enough for all that follows, so that no posting is rejected. */
  private async enrol(): Promise<void> {
    for (let more = 0; more < MEMBERS; more += 20) {
      this.members.push(...(await Promise.all(Array.from({ length: 20 }, () => this.desk.enrol()))));
    }
    const operations = this.members.map((member) => ({ key: randomUUID(), kind: "earn", member, points: 1000 }));
    await this.desk.post("/v1/points/batches", { operations });
    await this.settled();
  }
}
