import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import cdkFile from "../../../cdk.json" with { type: "json" };
import { bundles } from "../../../cdk/core/bundles.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";
import { cdkSynth } from "./cdk-synth.ts";
import { acknowledged } from "./findings.ts";
import { Made } from "./made.ts";

interface Finding {
  ruleName: string;
  reason: string;
  acknowledgedAt: string;
}

/** What `npm run synth` does, offline. */
describe("cdk synth", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "kapok-synth-"));
  const output = join(folder, "cdk.out");
  let run: Awaited<ReturnType<typeof cdkSynth>>;
  before(async () => (run = await cdkSynth(output)));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (file: string) => JSON.parse(readFileSync(join(output, file), "utf8"));

  it("goes well without a word of warning", () => {
    expect(run.code, run.said).to.equal(0);
    expect(run.said).to.not.match(/warning|error|deprecated/i);
  });

  it("needs no network and no credentials", () => {
    expect(run.said).to.not.include("NETWORK");
  });

  it("checks strictly: CloudFormation's own rules are no warnings, and nothing is called home", () => {
    expect(cdkFile).to.deep.equal({
      app: "node cdk/app.ts",
      output: "cdk.out",
      notices: false,
      versionReporting: false,
      context: {
        "cli-telemetry": false,
        "@aws-cdk/core:validateAgainstDefaultRules": true,
        "@aws-cdk/core:defaultCrossStackReferences": "strong",
        "@aws-cdk/aws-iam:minimizePolicies": true,
        "@aws-cdk/customresources:installLatestAwsSdkDefault": false,
      },
    });
  });

  it("finds nothing but what has a reason on the list", () => {
    const { pluginReports } = read("validation-report.json");
    const solutions = pluginReports.find(({ pluginName }: { pluginName: string }) => pluginName === "AwsSolutions");
    for (const { conclusion, violations } of pluginReports) {
      expect([conclusion, violations]).to.deep.equal(["success", []]);
    }
    const found = solutions.suppressedViolations.map(({ ruleName, reason, acknowledgedAt }: Finding) => [
      acknowledgedAt,
      ruleName.replace("AwsSolutions-", ""),
      reason,
    ]);
    expect(found.toSorted()).to.deep.equal(acknowledged.toSorted());
    for (const [, , reason] of acknowledged) expect(reason.split(" ").length).to.be.greaterThan(8);
  });

  it("gives the same bytes twice, also in another process and with bundles in another place", async () => {
    const made = new Made(undefined, { bundles: await bundles(scenarios, join(folder, "bundles")) });
    for (const stack of ["state", "core", "points"]) {
      expect(JSON.stringify(made.templates[stack]), stack).to.equal(JSON.stringify(read(`${stack}.template.json`)));
    }
    // The names of assets are hashes of their bytes, and stand in the templates.
    const keys = made.all("Lambda::Function").map(({ properties }) => properties["Code"].S3Key);
    const assets = ["core", "points"].flatMap((stack) => Object.keys(read(`${stack}.assets.json`).files));
    expect(assets).to.include.members(keys.map((key) => key.replace(".zip", "")));
    expect(new Set(keys).size).to.equal(7);
  });
});
