import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunningKapok, settingsOf } from "../core/running-kapok.ts";
import { Desk, idOf } from "../points/end-to-end/desk.ts";
import { until } from "../start/until.ts";
import { command } from "./command.ts";

/** The commands of an operator about the home of this machine. */
describe("npm run trace and npm run status of a home", function () {
  this.timeout(120_000);
  let kapok: RunningKapok;
  let hotel: Desk;
  let guest: string;
  const run = (script: string, ...args: string[]) => command(script, args, { KAPOK_HOME: kapok.home });

  before(async () => {
    kapok = await RunningKapok.start({ settings: settingsOf(), env: { CHAIN_BLOCK_SECONDS: "0.2" } });
    hotel = new Desk(kapok.credentials(), "hotel-a");
    guest = await hotel.enrol();
  });
  after(() => kapok?.remove());

  it("is well when it is", async () => {
    const { code, output } = await run("status.ts");
    expect([code, output.trim().split("\n").at(-1)], output).to.deep.equal([0, "All is well."]);
    for (const organisation of ["hotel-a", "hotel-b", "park-c", "office"]) {
      expect(output).to.match(new RegExp(`lane +${organisation}: 0 wait; 0 open entries`));
    }
  });

  it("follows what is final and what is rejected onto the chain", async () => {
    const [earned, redeemed] = [await hotel.earn(guest, 3), await hotel.redeem(guest, 4)];
    const final = await run("trace.ts", earned.id.toUpperCase());
    const { hash, blockNumber, logIndex } = earned.transaction!;
    for (const said of [
      hash,
      `block      ${blockNumber} of`,
      `log ${logIndex}, PointsEarned: final`,
      "says the same",
    ]) {
      expect(final.output).to.include(said);
    }
    const rejected = await run("trace.ts", redeemed.id, "--organisation", "hotel-a");
    expect(rejected.output).to.include("rejected at");
    expect(rejected.output).to.include("insufficient-points");
    expect([final.code, rejected.code]).to.deep.equal([0, 0]);
  });

  it("follows what waits, while the submitter does not get on, and says who has the lane", async () => {
    const { submitter } = kapok.parts();
    process.kill(submitter!, "SIGSTOP");
    await hotel.call("POST", "/v1/points/earnings", { body: { member: guest, points: 1 }, key: "waits" });
    const waiting = await run("trace.ts", idOf("hotel-a", "waits"));
    process.kill(submitter!, "SIGCONT");
    expect(waiting.output).to.match(/waits +for the lane to send it: 0 operations wait before it/);
    expect(waiting.output).to.include(`${kapok.home} works on the lane`);
    await until("it is final", async () => (await hotel.operation(idOf("hotel-a", "waits"))).status === "final");
  });

  it("logs each operation with its id as it goes, and nothing for CloudWatch", async () => {
    const { id } = await hotel.earn(guest, 2);
    const logs = join(kapok.home, "logs");
    const lines = readdirSync(logs).flatMap((name) => readFileSync(join(logs, name), "utf8").split("\n"));
    const events = lines.filter((line) => line.includes(id)).map((line) => JSON.parse(line).event);
    expect(events).to.have.members(["accepted", "submitted", "decided"]);
    expect(lines.filter((line) => line.includes("_aws"))).to.deep.equal([]);
  });

  it("says that no Kapok runs, and traces all the same", async () => {
    await kapok.stop();
    const { code, output } = await run("status.ts");
    expect([code, output.trim()]).to.deep.equal([
      1,
      `A person is needed. No Kapok runs in ${kapok.home} (KAPOK_HOME): npm start starts it.`,
    ]);
    const traced = await run("trace.ts", guest);
    expect([traced.code, traced.output.includes("the chain says the same")], traced.output).to.deep.equal([0, true]);
  });
});
