import { expect } from "chai";
import { FaultRun } from "./fault-run.ts";
import { plan, steps } from "./plan.ts";
import { chosenSeed } from "./random.ts";

describe("A Kapok that is killed at every step", function () {
  this.timeout(300_000);
  const seed = chosenSeed();
  let run: FaultRun | undefined;

  before(async () => {
    run = await FaultRun.begin({ seed, operations: 2000, say: (line) => console.log(`      ${line}`) });
  });
  after(async () => run?.end());

  it(`does what it promised, once each, or rejects it (seed ${seed})`, async () => {
    for (const round of plan(run!.random)) await run!.round(round);
    await run!.settle();
    console.log(run!.report());
    expect((await run!.faults()).join("\n")).to.equal("");
  });

  it("was killed at each step, with something open each time", () => {
    const killed = run!.kills.done.map(({ what }) => what);
    expect(killed).to.include.members(Object.values(steps).flat());
    expect(killed.length).to.be.at.least(15);
    expect(run!.kills.done.filter(({ open }) => open === 0)).to.deep.equal([]);
  });
});
