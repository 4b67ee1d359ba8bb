import { expect } from "chai";
import { readFileSync } from "node:fs";
import { costOfMillion } from "../../scripts/costs/lines.ts";
import { costPage } from "../../scripts/costs/page.ts";
import { readSnapshot } from "../../scripts/costs/snapshot.ts";
import { workloads } from "../../scripts/costs/workloads.ts";

describe("The page of costs", function () {
  this.timeout(120_000);
  const snapshot = readSnapshot();

  it("is made from the committed figures and prices", async () => {
    const committed = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");
    expect(await costPage(snapshot), "npm run costs -- --page makes it").to.equal(committed);
  });

  it("has figures of every workload, and of every function that works for one", () => {
    expect(Object.keys(snapshot.operations)).to.have.members(Object.keys(workloads));
    for (const [name, { calls, milliseconds }] of Object.entries(snapshot.operations)) {
      for (const part of ["points-api", "waker", "submitter"]) {
        expect(calls[part], `${name}: ${part}`).to.be.greaterThan(0);
        expect(milliseconds[part], `${name}: ${part}`).to.be.greaterThan(0);
      }
    }
  });

  it("counts the indexer, which always runs, for each operation by how many there are", () => {
    const name = "singles, 20 a second";
    const time = (rate: number) =>
      costOfMillion(snapshot.operations[name]!, rate, { ...snapshot.memory })["their time"]!;
    const indexer = snapshot.memory["indexer"]! * 0.0000133334 * 1e6;
    expect(time(1) - time(2)).to.be.closeTo(indexer / 2, 1e-6);
  });
});
