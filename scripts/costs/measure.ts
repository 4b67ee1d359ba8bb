import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { scenarioPart } from "../../cdk/core/bundles.ts";
import { readQueued } from "../../lambdas/core/store/queue.ts";
import { readJournal } from "../../lambdas/core/store/journal.ts";
import type { Desk } from "../../test/points/end-to-end/desk.ts";
import type { Emulation } from "../emulate/emulation.ts";
import type { HoldingProxy } from "../emulate/holding-proxy.ts";
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

const api = scenarioPart("points");
const parts = [api, "waker", "submitter", "indexer", "sweeper"];
/** So many guests are enrolled at a time. */
const AT_ONCE = 20;

/** What of a deployment is measured. */
interface MeasuredParts {
  emulation: Emulation;
  /** What functions call AWS through. */
  aws: HoldingProxy;
  /** Asks for the operations. */
  desk: Desk;
}

/** One deployment in an emulator, which nobody else uses meanwhile. */
export class MeasuredDeployment {
  private readonly emulation: Emulation;
  private readonly aws: HoldingProxy;
  private readonly desk: Desk;
  private readonly members: string[] = [];

  private constructor({ emulation, aws, desk }: MeasuredParts) {
    this.emulation = emulation;
    this.aws = aws;
    this.desk = desk;
  }

  /** @param guests how many members there are to post to: as many as the largest batch has operations */
  static async of(parts: MeasuredParts, guests = 1000): Promise<MeasuredDeployment> {
    const measured = new MeasuredDeployment(parts);
    await measured.enrol(guests);
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

  /** What one operation of a workload takes. */
  async operations(workload: Workload, seconds: number): Promise<Calls> {
    const calls = await this.measured(async () => {
      const { operations, requests } = await traffic(this.desk, this.members, workload, seconds);
      await this.settled();
      return { per: operations, requests };
    });
    // Whoever waits for blocks waited longer by as much as they were slower.
    for (const part of workload.waits ? [api, "submitter"] : ["submitter"]) {
      calls.milliseconds[part] = (calls.milliseconds[part] ?? 0) / workload.slowed;
    }
    return calls;
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
    const forget = this.aws.onCall(meter.observe);
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
    const busy = async () =>
      (await readQueued(core, "hotel-a")).depth > 0 || (await readJournal(core, "hotel-a")).length > 0;
    while (await busy()) await sleep(200);
    await sleep(2000);
  }

  /** Guests with points enough for all that follows, so that no posting is rejected. */
  private async enrol(guests: number): Promise<void> {
    for (let more = 0; more < guests; more += AT_ONCE) {
      const made = Array.from({ length: AT_ONCE }, () => this.desk.post("/v1/points/members", {}));
      this.members.push(...(await Promise.all(made)).map(({ body }) => body.id));
    }
    await this.settled();
    const operations = this.members.map((member) => ({ key: randomUUID(), kind: "earn", member, points: 1000 }));
    await this.desk.post("/v1/points/batches", { operations });
    await this.settled();
  }
}
