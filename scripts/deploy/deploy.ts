import { EDGE_REGION } from "../../cdk/core/edge-region.ts";
import { keyPolicies } from "./key-policies.ts";
import type { CdkOptions } from "./cdk.ts";
import { cdk } from "./cdk.ts";
import type { DeployedSettings } from "./deployed-settings.ts";
import type { Outputs } from "./outputs.ts";
import { hasStack, readOutputs } from "./outputs.ts";
import { preflight } from "./preflight.ts";

/** How a deployment goes on. */
export interface DeployOptions extends CdkOptions {
  /** Further arguments of `cdk deploy`. */
  args?: string[];
  say?: (line: string) => void;
}

/**
 * Deploys everything that the settings ask for, or what has changed since.
 * @throws NotReady, CdkFailed
 */
export async function deploy(
  deployed: DeployedSettings,
  { args = [], say = console.log, ...options }: DeployOptions = {},
): Promise<Outputs> {
  const { account, region, path, cloud } = deployed;
  const { found, advice, executions } = await preflight(deployed);
  for (const line of found) say(`✓ ${line}`);
  for (const line of advice) say(`! ${line}`);
  for (const line of keyPolicies(deployed)) say(line);

  const env = { ...options.env, KAPOK_SETTINGS: path, KAPOK_EXECUTIONS: String(executions) };
  const unprepared: string[] = [];
  for (const each of new Set(cloud.edge ? [region, EDGE_REGION] : [region])) {
    if (await hasStack("CDKToolkit", each)) continue;
    say(`The CDK was never used in account ${account}, region ${each}: it is prepared for it once.`);
    unprepared.push(`aws://${account}/${each}`);
  }
  if (unprepared.length > 0) await cdk(["bootstrap", ...unprepared], { ...options, env });
  await cdk(["deploy", "--all", ...args], { ...options, env });
  return readOutputs(cloud.deployment);
}
