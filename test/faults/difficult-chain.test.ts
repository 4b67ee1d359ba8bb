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
  let poisoned: string[];

  before(async () => {
    difficult = await beginDifficultRun({ seed, operations: 600, say: (line) => console.log(`      ${line}`) });
  });
  after(async () => difficult?.run.end());

  it(`does what it promised, once each, or rejects it (seed ${seed})`, async () => {
    const { run, weather } = difficult;
    poisoned = await Promise.all(["hotel-a", "park-c"].map((organisation) => poisonOne(difficult, organisation)));
    for (const round of plan(run.random, processes, ["supervisor", "everything", "dynamodb"])) await run.round(round);
    await weather.everyTroubleMet();
    await weather.end();
    await run.settle();
    console.log(`${run.report()}\n${[...weather.met].map(([name, count]) => `${name}: ${count}`).join(", ")}`);
    expect((await run.faults()).join("\n")).to.equal("");
  });

  it("rejected what no block takes, when it was all that was left of its batch", () => {
    const found = difficult.run.shown.promised.filter(({ id }) => poisoned.includes(id));
    expect(found.map(({ document }) => document.problem.type.split("/").at(-1))).to.deep.equal([
      "void-operation",
      "void-operation",
    ]);
  });

  it("was killed at each of these steps, with something open each time", () => {
    const { done } = difficult.run.kills;
    expect(done.map(({ what }) => what)).to.include.members(Object.values(processes).flat());
    expect(done.filter(({ open }) => open === 0)).to.deep.equal([]);
  });

  it("met every difficulty, and asked for nothing that such a chain has not", () => {
    const { pool, view } = difficult.chain;
    expect(Object.values(pool.count)).not.to.include(0);
    expect(view.count.finality).to.equal(0);
    expect(view.count.old).to.equal(0);
  });
});
