import { App } from "aws-cdk-lib";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import cdkFile from "../../../cdk.json" with { type: "json" };
import type { Bundle } from "../../../cdk/core/bundle.ts";
import { Deployment } from "../../../cdk/core/deployment.ts";
import { kapokApp } from "../../../cdk/core/kapok-app.ts";
import sample from "../../../cdk/sample-settings.json" with { type: "json" };
import type { Scenario } from "../../../lambdas/core/scenario.ts";
import { parseSettings } from "../../../lambdas/core/settings.ts";
import { scenarios as allScenarios } from "../../../lambdas/scenarios.ts";
import type { Template } from "./readable.ts";
import { Readable } from "./readable.ts";
import { StubBundles } from "./stub-bundles.ts";

/** A settings file as it is written, for a test to change. */
export type SettingsFile = any;

/** A resource of a deployment, readable. */
export interface Resource {
  stack: string;
  /** In the tree of constructs; names it whatever its logical id is. */
  path: string;
  type: string;
  properties: Record<string, any>;
  /** Paths of what comes before it. */
  after: string[];
  onDelete: string | undefined;
  onReplace: string | undefined;
}

export interface MadeOptions {
  scenarios?: readonly Scenario[];
  executions?: number;
  bundles?: Record<string, Bundle>;
  /** Whether CloudFormation's own rules are looked at too, as `cdk synth` does: that takes seconds. */
  strictly?: boolean;
}

interface Report {
  pluginReports: { violations: unknown[] }[];
}

const stubs = new StubBundles();

/** The settings that the repository has as an example, changed. */
export function settingsFile(change: (settings: SettingsFile) => void = () => {}): SettingsFile {
  const settings = structuredClone(sample);
  change(settings);
  return settings;
}

let sampleMade: Made | undefined;

/** The sample settings' own templates, which most tests look at and none changes. */
export const madeOfSample = (): Made => (sampleMade ??= new Made());

/** A deployment's templates, made in this process from the sample settings, which a test may change. */
export class Made {
  readonly templates: Readonly<Record<string, Template>>;
  readonly resources: Resource[];
  readonly readable: Readable;
  /** Whether a slip can delete a stack, by its name here. */
  readonly protected: Readonly<Record<string, boolean>>;

  /** What the checks found and nobody gave a reason for, be it a warning only. */
  readonly violations: unknown[];

  constructor(change: (settings: SettingsFile) => void = () => {}, options: MadeOptions = {}) {
    const { scenarios = allScenarios, executions, strictly = false } = options;
    const settings = parseSettings(settingsFile(change), scenarios);
    const deployment = new Deployment(settings, scenarios, options.bundles ?? stubs.of(scenarios), executions);
    const outdir = mkdtempSync(join(tmpdir(), "kapok-templates-"));
    const context = { ...cdkFile.context, "aws:cdk:enable-path-metadata": true, "aws:cdk:enable-asset-metadata": true };
    const app = new App({ context, outdir, builtinCloudFormationValidation: strictly, treeMetadata: false });
    try {
      // Throws where cdk-nag finds something that nobody gave a reason for.
      const { stacks } = kapokApp(deployment, app).synth();
      const read = (file: string): Template => JSON.parse(readFileSync(join(outdir, file), "utf8")) as Template;
      this.templates = Object.fromEntries(stacks.map(({ id, templateFile }) => [id, read(templateFile)]));
      const report = JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8")) as Report;
      this.violations = report.pluginReports.flatMap(({ violations }) => violations);
      this.protected = Object.fromEntries(
        stacks.map(({ id, terminationProtection = false }) => [id, terminationProtection]),
      );
    } finally {
      rmSync(outdir, { recursive: true });
    }
    this.readable = new Readable(this.templates);
    this.resources = Object.keys(this.templates).flatMap((stack) => this.resourcesOf(stack));
  }

  /** All resources of a type, such as `Lambda::Function`. */
  all(type: string): Resource[] {
    return this.resources.filter((resource) => resource.type === `AWS::${type}` || resource.type === type);
  }

  /** The resource at a path. */
  at(path: string, type?: string): Resource {
    const found = this.resources.filter((each) => each.path === path && (!type || each.type === `AWS::${type}`));
    if (found.length !== 1) throw new Error(`there are ${found.length} resources at ${path}`);
    return found[0]!;
  }

  /** Everything as one text, for what must stand nowhere. */
  get text(): string {
    return JSON.stringify(this.templates);
  }

  private resourcesOf(stack: string): Resource[] {
    return Object.entries(this.templates[stack]!.Resources).map(([id, resource]) => ({
      stack,
      path: this.readable.path(stack, id),
      type: resource.Type,
      properties: this.readable.of(stack, resource.Properties ?? {}) as Resource["properties"],
      after: (resource.DependsOn ?? []).map((other) => this.readable.path(stack, other)),
      onDelete: resource.DeletionPolicy,
      onReplace: resource.UpdateReplacePolicy,
    }));
  }
}
