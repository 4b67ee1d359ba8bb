import { expect } from "chai";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DifficultChain } from "../core/difficult-chain.ts";
import { FaultRun } from "./fault-run.ts";
import { killPart } from "./kills.ts";
import { chosenSeed } from "./random.ts";
import { RestartedChain } from "./restarted-chain.ts";
import { emptyTables, journaled, lanesAreOpen } from "./store.ts";

const merchants = ["hotel-a", "hotel-b", "park-c"];

describe("A Kapok whose table is lost while signed bytes are pending", function () {
  this.timeout(200_000);
  const seed = chosenSeed();
  let run: FaultRun;
  let chain: DifficultChain;

  before(async () => {
    run = await FaultRun.begin({
      seed,
      operations: 0,
      pause: 3000,
      say: (line) => console.log(`      ${line}`),
      chain: async (variables) => {
        const behind = await RestartedChain.start({ ...variables, CHAIN_IDLE_SECONDS: "0.5" });
        chain = await DifficultChain.start(behind.url);
        return {
          url: chain.url,
          truth: behind.url,
          async end() {
            await chain.close();
            await behind.end();
          },
        };
      },
    });
  });
  after(async () => run?.end());

  /** Lets bytes be journaled and broadcast that no block takes yet; a lane that closes needs blocks to be done with it. */
  const bytesPending = async (halting = () => {}) => {
    await run.until("no lane closes", () => lanesAreOpen(run.kapok));
    halting();
    await chain.halt();
    const { held } = chain.pool.count;
    await run.until("bytes are pending", async () => {
      return chain.pool.count.held > held && (await journaled(run.kapok, merchants)) >= 8;
    });
  };
  const folder = () => join(run.kapok.home, "dynamodb");
  const copy = () => join(run.kapok.home, "copy-of-dynamodb");
  /** Starts with the copy in the place of the table; neither Kapok nor its store runs. */
  const startFromCopy = async (args: string[] = []) => {
    rmSync(folder(), { recursive: true });
    cpSync(copy(), folder(), { recursive: true });
    run.kapok = await run.kapok.startAgain({ args });
  };

  it(`knows what lost bytes do when they land, emptied and killed while it heals (seed ${seed})`, async () => {
    await run.decide(60);
    await bytesPending();
    const killed = run.round({ steps: ["chain-half-learned"] });
    await run.shown.duringLoss(() => emptyTables(run.kapok, run.random));
    run.say(`emptied, ${run.shown.forgotten().length} operations forgotten`);
    await killed;
    const killedAgain = run.round({ steps: ["lane-half-closed"] });
    await chain.resume();
    await killedAgain;
    await run.decide(60);
  });

  it("uses up the nonces of lost bytes that do not land", async () => {
    const lost = new Set<string>();
    chain.pool.neverMines = ({ hash }) => lost.has(hash);
    await bytesPending(() => (chain.pool.loses = ({ hash }) => lost.add(hash) && false));
    chain.pool.loses = () => false;
    await run.shown.duringLoss(() => emptyTables(run.kapok, run.random));
    run.say(`emptied, ${run.shown.forgotten().length} operations forgotten`);
    await chain.resume();
    await run.decide(60);
    expect(chain.pool.count.replaced).to.be.greaterThan(0);
  });

  it("is told that a copy was put back, which it cannot tell from its own table", async () => {
    killPart(run.kapok.home, "dynamodb", "SIGSTOP");
    cpSync(folder(), copy(), { recursive: true });
    killPart(run.kapok.home, "dynamodb", "SIGCONT");
    await run.decide(60);
    await bytesPending();
    await run.shown.duringLoss(async () => {
      await run.kapok.stop();
      await startFromCopy(["--restored"]);
    });
    run.say(`put back, ${run.shown.forgotten().length} operations forgotten`);
    await chain.resume();
    await run.decide(60);
  });

  it("notices that a copy was put back that is older than its last start", async () => {
    await bytesPending();
    await run.shown.duringLoss(async () => {
      await run.kapok.kill();
      for (const part of Object.keys(run.kapok.parts())) killPart(run.kapok.home, part);
      await startFromCopy();
    });
    run.say(`put back, ${run.shown.forgotten().length} operations forgotten`);
    await chain.resume();
    await run.decide(60);
  });

  it("did everything once in the end, or rejected it", async () => {
    await run.settle();
    expect((await run.faults()).join("\n")).to.equal("");
  });
});
