import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { FakePointsApi } from "./fixtures/fake-points-api.ts";

const command = join(import.meta.dirname, "../../scripts/points/import-stays.ts");
const dirt = join(import.meta.dirname, "fixtures/stays-with-dirt.csv");

const columns = "Hotel,RowNo,IsCanceled,StaysInWeekendNights,StaysInWeekNights,ADR,ReservationStatus";
/** Bookings of two nights; every tenth is worth nothing. */
const bookings = (count: number) =>
  Array.from({ length: count }, (_, index) => `T2,${index + 1},0,0,2,${index % 10 === 0 ? 0 : 50.25},Check-Out`);

interface Run {
  process: ChildProcess;
  done: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

describe("import: the command against a fake of the API", function () {
  this.timeout(60_000);
  let folder: string;
  let api: FakePointsApi;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "import-"));
    api = new FakePointsApi(20261122);
    await api.start();
    await writeFile(join(folder, "credentials.json"), JSON.stringify(api.credentials));
  });
  afterEach(async () => {
    await api.kill();
    await rm(folder, { recursive: true });
  });

  const exported = async (rows: string[]) => {
    const path = join(folder, "stays.csv");
    await writeFile(path, [columns, ...rows, ""].join("\n"));
    return path;
  };
  const start = (...args: string[]): Run => {
    const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, KAPOK_HOME: folder } });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (text) => (output.stdout += text));
    child.stderr.on("data", (text) => (output.stderr += text));
    const done = new Promise<Awaited<Run["done"]>>((resolve) => {
      child.once("close", (code) => resolve({ code, ...output }));
    });
    return { process: child, done };
  };
  const run = (...args: string[]) => start(...args).done;
  /** Calls `act` when the API has had so many requests. */
  const atRequest = (count: number, act: () => void) => {
    api.onRequest = () => {
      if (api.requests === count) act();
    };
  };

  it("enrols, earns and reconciles; run again it changes nothing", async () => {
    const file = await exported(bookings(1050));
    const first = await run(file);
    expect(first.stderr).to.include("1,050 rows, 1,050 checked-out stays worth 94,500 points");
    expect(first.stdout).to.match(/by the file +94,500\n +on the chain +94,500\n +equal, booking by booking\n/);
    expect(first.stdout).to.match(/from 0 to 94,500: by the 94,500 that this run added/);
    expect(first.stdout).to.match(/1,995 operations confirmed in .* a second; 1,995 of them new/);
    expect(first.code).to.equal(0);

    const second = await run(file);
    expect(second.stdout).to.match(/on the chain +94,500\n +equal, booking by booking\n/);
    expect(second.stdout).to.match(/from 94,500 to 94,500: by the 0/);
    expect(second.stdout).to.match(/none of them new/);
    expect(second.code).to.equal(0);
    expect([api.issued, api.balances.size, api.operations.size]).to.deep.equal([94_500, 1050, 1995]);
  });

  it("comes to the same end when it is killed, again and again", async () => {
    const file = await exported(bookings(300));
    for (const count of [40, 400, 500]) {
      api.requests = 0;
      const { process: child, done } = start(file);
      atRequest(count, () => child.kill("SIGKILL"));
      expect((await done).code, `killed at request ${count}`).to.equal(null);
    }
    const { code, stdout } = await run(file);
    expect(stdout).to.match(/on the chain +27,000\n +equal, booking by booking\n/);
    expect(code).to.equal(0);
    expect([api.issued, api.operations.size, api.count("earn", "rejected")]).to.deep.equal([27_000, 570, 0]);
  });

  it("outlives lost connections, lost answers, 429, 503 and expired tokens", async () => {
    api.weather = { lost: 0.05, answerLost: 0.05, unavailable: 0.05, tooMany: 0.05, tokenExpired: 0.01 };
    const { code, stdout, stderr } = await run(await exported(bookings(200)));
    expect(stdout).to.match(/on the chain +18,000\n +equal, booking by booking\n/);
    expect(stderr).to.match(/trying again with the same keys/);
    expect(code).to.equal(0);
    expect([api.issued, api.operations.size]).to.deep.equal([18_000, 380]);
  });

  it("waits for a service that is killed and started again", async () => {
    const { done } = start(await exported(bookings(300)));
    await new Promise<void>((reached) => atRequest(400, reached));
    await api.kill();
    await new Promise((later) => setTimeout(later, 1500));
    await api.start();
    const { code, stdout, stderr } = await done;
    expect(stderr).to.match(/does not answer \(ECONN\w+\); trying again/);
    expect(stdout).to.match(/on the chain +27,000\n +equal, booking by booking\n/);
    expect(code).to.equal(0);
  });

  it("sends again what a restored store has forgotten", async () => {
    const { done } = start(await exported(bookings(300)));
    await new Promise<void>((reached) => atRequest(250, reached));
    for (const { id, status } of api.operations.values()) if (status === "accepted") api.operations.delete(id);
    const { code, stderr } = await done;
    expect(stderr).to.match(/lost operations that it had accepted/);
    expect([code, api.issued]).to.deep.equal([0, 27_000]);
  });

  it("stops when asked to, and says how to go on", async () => {
    api.halted = true;
    const { process: child, done } = start(await exported(bookings(20)));
    atRequest(30, () => child.kill("SIGINT"));
    const { code, stderr } = await done;
    expect(stderr).to.match(/Run the same command again/);
    expect(code).to.equal(130);
  });

  it("counts dirt by its reason, and fails because a row contradicts another", async () => {
    const { code, stdout, stderr } = await run(dirt);
    expect(stdout)
      .to.match(/earned points +8\n/)
      .and.to.match(/cannot be read +14\n/);
    expect(stdout).to.match(/ADR has a comma that may be a decimal comma +2\n/);
    expect(stdout)
      .to.match(/contradicts an earlier row +2\n/)
      .and.to.match(/\n +equal, /);
    expect(stderr).to.match(/line 13: unreadable: ADR has a comma .*: "12,50"/);
    expect(stderr).to.match(/line 30: contradicting: T1 row 2 differs from an earlier row/);
    expect(code).to.equal(1);
    // Negative and worthless stays are enrolled, for the guest was there.
    expect([api.issued, api.balances.size]).to.deep.equal([268_440_717, 14]);
  });

  it("names the row whose points an earlier import has with another number", async () => {
    await run(await exported(bookings(10)));
    const changed = bookings(10);
    changed[3] = changed[3]!.replace("50.25", "60");
    const { code, stdout, stderr } = await run(await exported(changed));
    expect(stderr).to.match(/line 5: refused: key-reused: this key was used with another body/);
    expect(stdout).to.match(/refused by the service +1\n +key-reused +1\n/);
    expect(stdout).to.match(/NOT EQUAL, difference +-20\n +bookings that differ +1\n/);
    expect([code, api.issued]).to.deep.equal([1, 900]);
  });

  it("sees an earning that the chain has twice, whatever the answers said", async () => {
    const file = await exported(bookings(10));
    await run(file);
    api.decide([...api.operations.values()].findLast(({ kind }) => kind === "earn")!);
    const { code, stdout, stderr } = await run(file);
    expect(stdout).to.match(/NOT EQUAL, difference +100\n +bookings that differ +1\n/);
    expect(stderr).to.match(/line 11: differs: by the file 100 points, on the chain 200/);
    expect(code).to.equal(1);
  });

  it("says what the chain rejected", async () => {
    api.dailyCap = 99;
    const { code, stdout, stderr } = await run(await exported(bookings(5)));
    expect(stdout).to.match(/rejected on the chain +4\n +daily-cap-exceeded +4\n/);
    expect(stderr).to.match(/line 3: rejected: daily-cap-exceeded: Too much for one day/);
    expect(code).to.equal(1);
  });

  it("says what is wrong with the input before it sends anything", async () => {
    const empty = join(import.meta.dirname, "fixtures/empty.csv");
    const one = await exported(bookings(1));
    const cases: [string[], RegExp, number][] = [
      [[], /npm run import:stays -- FILE/, 2],
      [["--help"], /npm run import:stays -- FILE/, 0],
      [["--sideways", one], /Unknown option '--sideways'/, 2],
      [[empty], /is empty/, 2],
      [[one, "--credentials", join(folder, "absent.json")], /No credentials at .*absent\.json \(ENOENT\)/, 2],
      [[one, "--credentials", one], /is not a file of credentials/, 2],
      [[one, "--organisation", "hotel-z"], /no client of hotel-z .* have one: hotel-a/, 2],
    ];
    for (const [args, message, code] of cases) {
      const failed = await run(...args);
      expect(failed.stderr).to.match(message);
      expect(failed.stderr).not.to.match(/\n +at /);
      expect(failed.code, args.join(" ")).to.equal(code);
    }
    expect(api.requests).to.equal(0);
  });

  it("says that credentials are refused", async () => {
    const { clients, ...urls } = api.credentials;
    const old = { ...urls, clients: clients.map((client) => ({ ...client, clientSecret: "of before" })) };
    await writeFile(join(folder, "credentials.json"), JSON.stringify(old));
    const { code, stderr } = await run(await exported(bookings(1)));
    expect(stderr).to.match(/gives no token for client a: Unknown client or wrong secret/);
    expect(code).to.equal(3);
  });
});
