import { expect } from "chai";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isRunning } from "../../scripts/start/process-identity.ts";
import { ProcessRecords } from "../../scripts/start/process-records.ts";
import { samplePart, sleepingPart, SupervisorProcess } from "./supervisor-process.ts";
import { temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

describe("The supervisor", function () {
  this.timeout(30_000);
  let home: ReturnType<typeof temporaryHome>;
  let started: SupervisorProcess[];

  beforeEach(() => {
    home = temporaryHome();
    started = [];
  });
  afterEach(async () => {
    for (const supervisor of started) supervisor.kill("SIGTERM");
    await Promise.all(started.map(({ ended }) => ended));
    home.remove();
  });

  const start = (...parts: object[]): SupervisorProcess => {
    const supervisor = new SupervisorProcess(home.path, parts);
    started.push(supervisor);
    return supervisor;
  };
  const heardBy = (name: string): string => {
    const path = join(home.path, `${name}.heard`);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const listening = (name: string, env: Record<string, string> = {}): object =>
    samplePart(name, { SAMPLE_HEARD: join(home.path, `${name}.heard`), ...env });

  it("starts parts, keeps their logs, and the logs of the time before", async () => {
    for (const run of [1, 2]) {
      const supervisor = start(samplePart("api"), sleepingPart);
      await supervisor.ready();
      expect(supervisor.parts()).to.have.all.keys("api", "sleeping");
      expect(readFileSync(join(home.path, "logs/api.log"), "utf8")).to.equal("Here I am\n");
      expect(existsSync(join(home.path, "logs/api.log.1"))).to.equal(run === 2);
      supervisor.kill("SIGTERM");
      expect(await supervisor.ended).to.deep.equal({ code: 0, signal: null });
    }
  });

  it("starts again what dies", async () => {
    const supervisor = start(samplePart("api"), samplePart("indexer"));
    await supervisor.ready();
    for (let deaths = 1; deaths <= 3; deaths++) {
      const { api, indexer } = supervisor.parts();
      process.kill(api!.pid, "SIGKILL");
      const next = await until("another api", () => {
        const now = supervisor.parts()["api"];
        return now?.pid !== api!.pid ? now : undefined;
      });
      expect(isRunning(next)).to.equal(true);
      expect(isRunning(indexer!)).to.equal(true);
      expect(supervisor.said).to.contain("api ended (SIGKILL) and starts again in 0.");
    }
  });

  it("passes hints on to all others, but not that a part is ready", async () => {
    const queue = JSON.stringify({ hint: "queue", organisation: "hotel" });
    const supervisor = start(listening("submitter"), listening("indexer"), listening("api", { SAMPLE_TELL: queue }));
    await supervisor.ready();
    for (const name of ["submitter", "indexer"]) {
      await until(`a hint at ${name}`, () => heardBy(name).includes(queue) || undefined);
      expect(heardBy(name)).not.to.contain("ready");
    }
    expect(heardBy("api")).to.equal("");
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`ends everything at ${signal}, the stubborn too, and nothing else`, async () => {
      const bystander = spawn("/bin/sleep", ["600"], { stdio: "ignore" });
      const supervisor = start(sleepingPart, samplePart("api"), samplePart("stubborn", { SAMPLE_STUBBORN: "yes" }));
      await supervisor.ready();
      supervisor.kill(signal);
      expect(await supervisor.ended).to.deep.equal({ code: 0, signal: null });
      await supervisor.noneRuns();
      expect(isRunning(identify(bystander.pid!)!)).to.equal(true);
      bystander.kill();
      expect(readFileSync(join(home.path, "logs/stubborn.log"), "utf8")).to.contain("I stay");
      expect(existsSync(join(home.path, "lock"))).to.equal(false);
    });
  }

  it("says why a part does not start, and ends the others", async () => {
    const supervisor = start(sleepingPart, samplePart("broken", { SAMPLE_FAIL: "there is no paper" }));
    expect((await supervisor.ended).code).to.equal(1);
    expect(supervisor.said).to.contain("broken ended before it could be used (exit code 3)");
    expect(supervisor.said).to.contain("there is no paper");
    await supervisor.noneRuns();
  });

  it("refuses a second one in the same home", async () => {
    const first = start(samplePart("api"));
    await first.ready();
    const before = first.parts();
    const second = start(samplePart("api"));
    expect((await second.ended).code).to.equal(1);
    expect(second.said).to.contain(`${home.path} is in use by process ${first.pid}. Stop that one first`);
    expect(first.parts()).to.deep.equal(before);
    expect(isRunning(before["api"]!)).to.equal(true);
  });

  it("takes its parts with it when it is killed, and leaves a lock that blocks nobody", async () => {
    const first = start(samplePart("api"), sleepingPart);
    await first.ready();
    first.kill("SIGKILL");
    await first.noneRuns();
    expect(existsSync(join(home.path, "lock"))).to.equal(true);
    await start(samplePart("api")).ready();
  });

  it("finds and ends orphans, also those of a part, and never a stranger with the pid of one", async () => {
    const sleepers = [1, 2, 3].map(() => spawn("/bin/sleep", ["600"], { stdio: "ignore" }));
    const [orphan, orphanOfPart, stranger] = sleepers.map(({ pid }) => identify(pid!)!);
    const folder = join(home.path, "chain");
    mkdirSync(folder);
    const records = new ProcessRecords(home.path);
    records.remember("dynamodb", orphan!);
    records.remember("api", { pid: stranger!.pid, startedAt: "another time" });
    new ProcessRecords(folder).remember("anvil", orphanOfPart!);
    await start().ready();
    expect([orphan!, orphanOfPart!].some(isRunning)).to.equal(false);
    expect(isRunning(stranger!)).to.equal(true);
    sleepers[2]!.kill();
  });

  it("leaves alone what belongs to a part that runs on its own", async () => {
    const sleeper = spawn("/bin/sleep", ["600"], { stdio: "ignore" });
    const folder = join(home.path, "chain");
    mkdirSync(folder);
    writeFileSync(join(folder, "lock"), JSON.stringify(identify(process.pid)));
    new ProcessRecords(folder).remember("anvil", identify(sleeper.pid!)!);
    await start().ready();
    expect(isRunning(identify(sleeper.pid!)!)).to.equal(true);
    sleeper.kill();
  });
});
