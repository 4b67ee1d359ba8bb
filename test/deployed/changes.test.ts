import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { issueCredentials } from "../../scripts/deploy/issue-credentials.ts";
import { deployedSettings } from "../../scripts/deploy/deployed-settings.ts";
import { readLane } from "../../lambdas/core/store/lanes.ts";
import { ApiClient } from "../core/api-client.ts";
import { alliance, deployedAlliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";
import { Cloud } from "./cloud.ts";
import { DeployedRun } from "./deployed-run.ts";
import { program } from "./program.ts";

const shop = { id: "shop-e", name: "Shop E", roles: ["points:merchant"] };
const rotated = alliance.organisations.map((each) =>
  each.id === "hotel-b" ? { ...each, signer: { generation: 2 } } : each,
);

describe("A deployment that changes under load", function () {
  this.timeout(420_000);
  let cloud: Cloud;
  let deployed: Deployed;
  let run: DeployedRun;

  before(async () => {
    cloud = await Cloud.shared();
    deployed = await deployedAlliance();
    run = DeployedRun.begin(deployed);
    await run.until("ten operations are decided", () => run.shown.promised.length - run.shown.open > 10);
  });

  it("goes on with other code", async () => {
    const before = await codeOf("kapok-submitter");
    const copy = join(cloud.folder, "changed");
    copyTree(copy);
    const log = join(copy, "lambdas/core/log.ts");
    const changed = readFileSync(log, "utf8").replace("JSON.stringify({ ", "JSON.stringify({ changed: true, ");
    expect(changed).to.include("changed: true");
    writeFileSync(log, changed);
    const args = ["--require-approval", "never", "--output", join(copy, "cdk.out")];
    const env = { KAPOK_SETTINGS: deployed.emulation.settingsPath };
    await program(join(copy, "scripts/deploy/main.ts"), args, copy, env);
    rmSync(copy, { recursive: true });
    expect(await codeOf("kapok-submitter")).to.not.equal(before);
  });

  it("takes in a further organisation, and gives another one a new signer", async () => {
    const kapok = deployed.emulation.kapok();
    const before = (await readLane(kapok.core, "hotel-b"))!.signer;
    await deployed.emulation.deploy({ ...alliance, organisations: [...rotated, shop] });
    const lane = (await readLane(kapok.core, "hotel-b"))!;
    expect(lane.signer).to.not.equal(before);
    expect(lane.rotation).to.equal(undefined);

    const { clients } = await issueCredentials(deployedSettings(deployed.emulation.settingsPath), shop.id);
    const client = new ApiClient({ ...deployed.credentials, clients }, shop.id);
    const answer = await client.post("/v1/points/members", {}, { wait: 20 });
    expect([answer.status, answer.body.operation?.status]).to.deep.equal([201, "final"]);
  });

  it("keeps its promise for every operation that was answered 202", async () => {
    await run.settle();
    expect(await run.faults(cloud.chain.url)).to.deep.equal([]);
  });
});

async function codeOf(FunctionName: string): Promise<string> {
  const { CodeSha256 = "" } = await new LambdaClient().send(new GetFunctionConfigurationCommand({ FunctionName }));
  return CodeSha256;
}

/** The files of this repository as they are now, with the modules that are installed. */
function copyTree(to: string): void {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" });
  for (const file of files.split("\n").filter((name) => name !== "")) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(file, join(to, file));
  }
  symlinkSync(join(process.cwd(), "node_modules"), join(to, "node_modules"));
}
