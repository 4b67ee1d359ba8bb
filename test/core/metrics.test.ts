import { expect } from "chai";
import { logger } from "../../lambdas/core/log.ts";
import { embedded, MOST_SAMPLES, sampled } from "../../lambdas/core/metrics.ts";
import { linesOf } from "./functions/lines-of.ts";

describe("Metrics in a line of the log", () => {
  function said(deployment: string | undefined, say: (log: ReturnType<typeof logger>) => void): Record<string, any> {
    const lines: Record<string, any>[] = [];
    const restore = linesOf((line) => lines.push(line));
    say(logger("submitter", deployment));
    restore();
    expect(lines).to.have.length(1);
    return lines[0]!;
  }

  it("have CloudWatch's embedded form, each with the dimensions of the table", () => {
    const values = { Sweeps: 1, LaneDepth: 7, OldestWaiting: [3, 4] };
    const { _aws, ...fields } = embedded("kapok", { values, organisation: "hotel-a" }) as any;
    expect(fields).to.deep.equal({ Deployment: "kapok", Organisation: "hotel-a", ...values });
    expect(_aws.Timestamp).to.be.closeTo(Date.now(), 1000);
    expect(_aws.CloudWatchMetrics).to.deep.equal([
      { Namespace: "Kapok", Dimensions: [["Deployment"]], Metrics: [{ Name: "Sweeps", Unit: "Count" }] },
      {
        Namespace: "Kapok",
        Dimensions: [["Deployment"], ["Deployment", "Organisation"]],
        Metrics: [
          { Name: "LaneDepth", Unit: "Count" },
          { Name: "OldestWaiting", Unit: "Seconds" },
        ],
      },
    ]);
  });

  it("are nowhere on one machine", () => {
    const line = said(undefined, (log) =>
      log.info("submitted", { nonce: 1 }, { values: { NonceCandidates: 1 }, organisation: "hotel-a" }),
    );
    expect(line).to.have.keys("time", "level", "part", "event", "nonce");
    expect(said(undefined, (log) => log.alarm("lane-stopped"))).to.have.keys("time", "level", "part", "event");
  });

  it("count every alarm of a deployment, and no other line", () => {
    const line = said("kapok", (log) => log.alarm("lane-stopped", { organisation: "hotel-a" }));
    expect(line).to.include({ level: "alarm", event: "lane-stopped", Deployment: "kapok", Alarms: 1 });
    expect(line["_aws"].CloudWatchMetrics[0].Metrics).to.deep.equal([{ Name: "Alarms", Unit: "Count" }]);
    expect(said("kapok", (log) => log.warn("lane-waits"))).to.not.include.keys("_aws", "Alarms");
  });

  it("have no more samples than CloudWatch takes, from the first to the last part", () => {
    const many = Array.from({ length: 1234 }, (_, n) => n);
    const some = sampled(many);
    expect(some).to.have.length(MOST_SAMPLES);
    expect([some[0], some.at(-1)! > 1200]).to.deep.equal([0, true]);
    expect(sampled([1, 2])).to.deep.equal([1, 2]);
  });
});
