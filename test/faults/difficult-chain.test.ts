import { expect } from "chai";
import { beginDifficultRun, poisonOne, type DifficultRun } from "./difficult-run.ts";
import { plan } from "./plan.ts";
import { chosenSeed } from "./random.ts";

/** Some of the steps, while the chain is difficult; all of them have their turn in a run of their own. */
const processes = {
  api: ["operations-put-not-answered"],
  submitter: ["candidate-journaled-not-broadcast", "journaled-not-broadcast", "broadcast-not-mined"],
  indexer: ["mined-not-indexed", "operations-marked-not-unqueued"],
  chain: ["mined-not-logged"],
};

describe("A Kapok on a difficult chain that is killed", function () {
  this.timeout(300_000);
  const seed = chosenSeed();
  let difficult: DifficultRun;

  before(async () => {
    difficult = await beginDifficultRun({ seed, operations: 600, say: (line) => console.log(`      ${line}`) });
  });
  after(async () => difficult?.run.end());

  it(`does what it promised, once each, or rejects it (seed ${seed})`, async () => {
    const { run, weather } = difficult;
    const poisoned = [await poisonOne(difficult), await poisonOne(difficult), await poisonOne(difficult)];
    for (const round of plan(run.random, processes)) await run.round(round);
    await weather.end();
    await run.settle();
    console.log(`${run.report()}\n${[...weather.met].map(([name, count]) => `${name}: ${count}`).join(", ")}`);
    expect(await run.faults()).to.deep.equal([]);
    console.log(poisoned.map((id) => run.shown.promised.find((operation) => operation.id === id)?.decision).join("\n"));
  });

  it("met every difficulty, and asked for nothing that such a chain has not", () => {
    const { pool, view } = difficult.chain;
    expect(Object.entries(pool.count).filter(([, count]) => count === 0)).to.deep.equal([]);
    expect(view.count.hidden).to.be.greaterThan(0);
    expect(view.count.finality).to.equal(0);
    expect(view.count.old).to.equal(0);
  });
});
