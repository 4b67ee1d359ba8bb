import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Deployment } from "../../cdk/core/deployment.ts";
import { kapokStacks } from "../../cdk/core/kapok-app.ts";
import { parseSettings } from "../../lambdas/core/settings.ts";
import { scenarios } from "../../lambdas/scenarios.ts";

/** A resource of a template. */
export interface Resource {
  Type: string;
  Properties: Record<string, any>;
}

/** What a stack is made from. */
export interface StackTemplate {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

const sample = new URL("../../cdk/sample-settings.json", import.meta.url);

/** The settings that templates are made from to be looked at. */
export const sampleSettings = (): Record<string, any> => JSON.parse(readFileSync(sample, "utf8"));

/**
 * Templates of a deployment, the sample's unless said otherwise, by stack. They are without the code of any function:
 * nothing is bundled and nothing is checked, so it takes few seconds.
 */
export function sampleTemplates(input: unknown = sampleSettings()): Record<string, StackTemplate> {
  const settings = parseSettings(input, scenarios);
  const folder = mkdtempSync(join(tmpdir(), "kapok-templates-"));
  try {
    const code = join(folder, "code");
    mkdirSync(code);
    writeFileSync(join(code, "index.mjs"), "");
    const bundles = new Proxy({}, { get: () => ({ folder: code, inputs: {} }) });
    const app = new App({ outdir: join(folder, "cdk.out"), analyticsReporting: false });
    const { stacks } = kapokStacks(new Deployment(settings, scenarios, bundles), app).synth();
    return Object.fromEntries(stacks.map(({ id, template }) => [id, template as StackTemplate]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
