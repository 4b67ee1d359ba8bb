import { expect } from "chai";
import { MeasuredDeployment } from "../../scripts/costs/measure.ts";
import { readSnapshot } from "../../scripts/costs/snapshot.ts";
import { workloads } from "../../scripts/costs/workloads.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { deployedAlliance } from "./alliances.ts";
import { Cloud } from "./cloud.ts";

/** By how much a run may differ from another one: how many operations share a transaction depends on the machine. */
const NOISE = 1.5;

describe("What an operation asks of AWS", function () {
  this.timeout(180_000);

  it("is no more than the committed figures say", async () => {
    const { emulation, credentials } = await deployedAlliance();
    const { aws } = await Cloud.shared();
    const desk = new Desk(credentials, "hotel-a");
    const deployment = await MeasuredDeployment.of({ emulation, aws, desk }, 100);
    const name = "singles, 20 a second";
    const calls = await deployment.operations(workloads[name]!, 15);
    const committed = readSnapshot().operations[name]!;
    for (const figure of ["requests", "writeUnits", "readUnits", "signatures"] as const) {
      expect(calls[figure], figure).to.be.greaterThan(0);
      expect(calls[figure], `${figure}: if more is meant, npm run costs -- --write`).to.be.below(
        committed[figure] * NOISE,
      );
    }
  });
});
