import { expect } from "chai";
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fleeting, deployedAlliance } from "./alliances.ts";
import { Cloud } from "./cloud.ts";

interface Test {
  fullTitle: string;
  err?: { message?: string };
}

/** What mocha's reporter `json` says. */
interface Report {
  passes: Test[];
  failures: Test[];
  pending: Test[];
}

/** The suites over HTTP that run against `npm start` too, as they are: nothing in them knows what they talk to. */
describe("The suites over HTTP, against what is deployed", function () {
  this.timeout(600_000);
  const reports: Report[] = [];

  it("hold where points outlive every test", async () => {
    await hold((await deployedAlliance()).credentialsPath);
  });

  it("hold where points expire", async () => {
    const cloud = await Cloud.shared();
    await hold((await cloud.deployment("fleeting", fleeting)).credentialsPath);
  });

  it("skip nothing: what is of the other kind of book held there", () => {
    const passed = new Set(reports.flatMap(({ passes }) => passes.map(titleOf)));
    const skipped = reports.flatMap(({ pending }) => pending.map(titleOf));
    expect(skipped.filter((title) => !passed.has(title))).to.deep.equal([]);
    expect(passed.size).to.be.greaterThan(60);
  });

  async function hold(credentialsPath: string): Promise<void> {
    const report = await reportOf(credentialsPath);
    reports.push(report);
    const failures = report.failures.map(({ fullTitle, err }) => `${fullTitle}: ${err?.message}`);
    expect(failures).to.deep.equal([]);
  }
});

/** A test's title, whatever seed it has drawn this time. */
function titleOf({ fullTitle }: Test): string {
  return fullTitle.replace(/ \(seed \d+\)/, "");
}

async function reportOf(credentialsPath: string): Promise<Report> {
  const mocha = import.meta.resolve("mocha/bin/mocha.js");
  const files = globSync("test/points/end-to-end/*.test.ts");
  const child = spawn(process.execPath, [new URL(mocha).pathname, "--reporter", "json", ...files], {
    env: { ...process.env, KAPOK_CREDENTIALS: credentialsPath },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await text(child.stdout);
  const report = JSON.parse(said.slice(said.indexOf('{\n  "stats"'))) as Report;
  console.log(`\n    ${report.passes.length} passing (the suites, against ${credentialsPath})\n`);
  return report;
}
