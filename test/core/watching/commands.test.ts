import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepBook, readBook } from "../../../lambdas/core/store/book.ts";
import { changeLane, readLane } from "../../../lambdas/core/store/lanes.ts";
import { operationKey } from "../../../lambdas/core/store/operations.ts";
import { noteSweep } from "../../../lambdas/core/store/sweeps.ts";
import { command } from "../../end-to-end/command.ts";
import { temporaryHome } from "../../start/temporary-home.ts";
import { until } from "../../start/until.ts";
import { DifficultChain } from "../difficult-chain.ts";
import { chainSecret, DeployedKapok } from "../functions/deployed-kapok.ts";
import { LateChain } from "./late-chain.ts";

/** The commands of an operator about a deployment, whose functions run here over a real chain and a real store. */
describe("npm run trace and npm run status of a deployment", function () {
  this.timeout(120_000);
  const folder = temporaryHome();
  const organisation = "hotel-a";
  let deployed: DeployedKapok;
  let late: LateChain;
  let difficult: DifficultChain;
  let member: string;
  let settings: string;

  before(async () => {
    deployed = await DeployedKapok.deploy();
    late = await LateChain.start(deployed.anvil.url);
    difficult = await DifficultChain.start(late.url);
    deployed.cloud.chainUrls = [difficult.url];
    deployed.cloud.queues.set("test-core-DeadLetters1", 0).set("testing-core-DeadLetters1", 7);
    settings = join(folder.path, "settings.json");
    const cloud = { deployment: "test", chainSecret, tokenDomain: "kapok-test" };
    writeFileSync(settings, JSON.stringify({ ...deployed.settings, cloud }));
    await deployed.index(2);
    member = (await deployed.post("/v1/points/members", {})).body.id;
    await deployed.workOff();
  });
  after(async () => {
    late?.stop();
    await difficult?.close();
    deployed?.stop();
    folder.remove();
  });

  const run = (script: string, ...args: string[]) =>
    command(script, args, { ...deployed.environment(), KAPOK_SETTINGS: settings });
  const earn = async (points: number, who = member): Promise<string> =>
    (await deployed.post("/v1/points/earnings", { member: who, points })).body.id;

  /** What a trace says, with its exit code 0. */
  async function trace(id: string): Promise<string> {
    const { code, output } = await run("trace.ts", id);
    expect(code, output).to.equal(0);
    return output;
  }

  /** The last line of the status, and its exit code. */
  async function status(): Promise<{ code: number | string; last: string; output: string }> {
    const { code, output } = await run("status.ts");
    return { code, output, last: output.trim().split("\n").at(-1)! };
  }

  const setLane = async (...[set, remove]: [Parameters<typeof changeLane>[2], Parameters<typeof changeLane>[3]?]) =>
    changeLane(deployed.kapok.core, (await readLane(deployed.kapok.core, organisation))!, set, remove);

  it("is well when it is, and shows each lane", async () => {
    await noteSweep(deployed.kapok.core, Date.now());
    const { code, last, output } = await status();
    expect([code, last], output).to.deep.equal([0, "All is well."]);
    const lane = await readLane(deployed.kapok.core, organisation);
    expect(output).to.include("the deployment test in eu-central-1");
    expect(output).to.match(/chain +block \d+, \d+ s old/);
    expect(output).to.match(/indexer +block \d+, 0 behind/);
    expect(output).to.match(/sweeper +\d+ s ago/);
    expect(output).to.match(/lane +hotel-a: 0 wait; 0 open entries, 0 candidates/);
    expect(output).to.include(
      `signer ${lane!.signer}, next nonce ${lane!.nextNonce}, decided below ${lane!.nextNonce}`,
    );
    expect(output).to.not.include("testing-core");
  });

  it("finds nothing where nothing is, and wants an id", async () => {
    const nothing = await run("trace.ts", "00000000-0000-8000-8000-000000000000");
    expect([nothing.code, nothing.output.includes("of any organisation")]).to.deep.equal([1, true]);
    const other = await run("trace.ts", member, "--organisation", "hotel-b");
    expect([other.code, other.output.includes("of hotel-b")]).to.deep.equal([1, true]);
    expect((await run("trace.ts", "hotel-a")).output).to.include("Which operation?");
  });

  it("follows what waits in the queue, goes before the chain, is mined, is indexed", async () => {
    const id = await earn(5);
    const queued = await trace(id);
    expect(queued).to.match(/queue +since 20.*Z, 0 before it, in queue#hotel-a#\d/);
    expect(queued).to.match(/waits +for the lane to send it: 0 operations wait before it, and 0 transactions/);
    expect(queued).to.include("Nobody works on the lane");

    difficult.pool.loses = () => true;
    await deployed.submit(2);
    const { nonce, hash } = deployed.said("submitted").at(-1)!;
    const sent = await trace(id);
    expect(sent).to.include(`nonce ${nonce}, the 1. of 1 operations, 1 candidates`);
    expect(sent).to.match(new RegExp(`1\\. +${hash} of 20.*Z holds it`));
    expect(sent).to.match(new RegExp(`waits +for nonce ${nonce} to be broadcast again: no node shows it`));

    difficult.pool.loses = () => false;
    difficult.pool.hold();
    await deployed.submit(2);
    expect(await trace(id)).to.match(
      new RegExp(`waits +for a block that holds nonce ${nonce}, which a node's pool shows`),
    );

    await difficult.pool.letGo();
    const { blockNumber } = (await until("it is mined", () => deployed.anvil.chain.receipt(hash)))!;
    const mined = await trace(id);
    expect(mined).to.match(new RegExp(`block +${blockNumber} of 20`));
    expect(mined).to.match(/chain +log \d+, PointsEarned: final/);
    expect(mined).to.match(new RegExp(`waits +for the indexer to reach block ${blockNumber}, which makes it final`));

    await deployed.index(1);
    const final = await trace(id);
    expect(final).to.match(/decision +final at 20.*, batch \d+, leaf 0\n +the chain says the same/);
    expect(final).to.not.match(/waits|queue|journal/);
  });

  it("follows what is rejected, with the reason", async () => {
    const id = await earn(5, "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58");
    await deployed.workOff();
    const output = await trace(id);
    expect(output).to.match(/chain +log \d+, OperationRejected: rejected/);
    expect(output).to.match(/decision +rejected at 20.*, unknown-member: /);
    expect(output).to.include("the chain says the same");
  });

  it("says where the store and the chain do not agree", async () => {
    const id = await earn(6);
    await deployed.workOff();
    const key = operationKey(organisation, id);
    const item = (await deployed.kapok.core.get(key))!;
    await deployed.kapok.core.put({ ...item, decision: item["decision"].replace('"final"', '"rejected"') });
    expect(await trace(id)).to.include("THE CHAIN DOES NOT SAY THE SAME: run npm run audit");
    await deployed.kapok.core.put(item);
  });

  it("says that a lane is stopped, which is for a person", async () => {
    const id = await earn(7);
    await setLane({ stopped: "a test stopped it" });
    expect(await trace(id)).to.match(/waits +for a person: its lane is stopped, since a test stopped it/);
    const { code, last, output } = await status();
    expect([code, last]).to.deep.equal([1, "A person is needed. The lane of hotel-a is stopped: a test stopped it."]);
    expect(output).to.match(/lane +hotel-a: 1 wait, the oldest for \d+ s; 0 open entries/);
    expect(output).to.include("STOPPED: a test stopped it");
    await setLane({}, ["stopped"]);
    await deployed.workOff();
  });

  it("says that the chain halts, or that it does not answer, and waits for neither", async () => {
    late.late = 700;
    const halted = await status();
    expect([halted.code, halted.last]).to.satisfy(
      ([code, last]: [number, string]) => code === 1 && /^A person is needed. The chain halts: block \d+ is/.test(last),
    );
    late.late = 0;
    deployed.cloud.chainUrls = ["http://127.0.0.1:9"];
    const away = await status();
    expect(away.code).to.equal(1);
    expect(away.last).to.include("The chain cannot be asked: Error: eth_chainId: the chain does not answer");
    expect(away.output).to.include("lane       hotel-a");
    const id = await earn(8);
    expect(await trace(id)).to.match(/waits +for the lane to send it; the chain does not answer/);
    deployed.cloud.chainUrls = [difficult.url];
    await deployed.workOff();
  });

  it("says that the sweeper is silent, and that there are dead letters", async () => {
    deployed.cloud.queues.set("test-core-DeadLetters1", 2);
    await deployed.kapok.core.put({ pk: "book", sk: "sweep", sweptAt: Date.now() - 200_000 });
    const { code, last, output } = await status();
    expect(code).to.equal(1);
    expect(last).to.match(/^A person is needed. The sweeper is silent for 20\d s/);
    expect(output).to.match(/also: There are dead letters, 2 in test-core-DeadLetters1/);
    deployed.cloud.queues.set("test-core-DeadLetters1", 0);
    await noteSweep(deployed.kapok.core, Date.now());
  });

  it("follows what healed: lost from the queue, and known from the chain alone", async () => {
    const id = await earn(9);
    const { core } = deployed.kapok;
    for (let shard = 0; shard < 4; shard++) {
      for await (const { pk, sk } of core.partition(`queue#${organisation}#${shard}`)) await core.delete({ pk, sk });
    }
    expect(await trace(id)).to.match(/waits +for its client: neither queue nor journal holds it/);

    const lost = await earn(10);
    await deployed.workOff();
    const { tables, incarnation, begunAt, ...facts } = (await readBook(core))!;
    await core.delete(operationKey(organisation, lost));
    await keepBook(deployed.kapok, facts, true);
    const learning = await status();
    expect(learning.output).to.include("still learning the chain");
    expect(learning.output).to.include("to be closed: the store began a new life");
    await deployed.index(4);
    const healed = await trace(lost);
    expect(healed).to.include("accepted   not here: this store knows it from the chain alone");
    expect(healed).to.include("the chain says the same");
  });
});
