import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";
import { placeOf } from "../../lambdas/core/cloud-settings.ts";
import type { Settings } from "../../lambdas/core/settings.ts";
import { SettingsInvalid } from "../../lambdas/core/settings.ts";
import { readSettings } from "../read-settings.ts";

/** The settings of a deployment, and where it stands. */
export interface DeployedSettings {
  path: string;
  settings: Settings;
  cloud: CloudSettings;
  account: string;
  region: string;
}

/**
 * Reads the settings file that KAPOK_SETTINGS names, and points the SDK of AWS at the deployment's region.
 * @throws where they cannot be used
 */
export function deployedSettings(path = process.env["KAPOK_SETTINGS"]): DeployedSettings {
  if (!path)
    throw new Error("KAPOK_SETTINGS must name the settings file of the deployment; docs/operations.md has one");
  const settings = readSettings(path);
  const { cloud } = settings;
  if (!cloud) throw new SettingsInvalid(["cloud: is needed to deploy; docs/operations.md has an example"]);
  const { account, region } = placeOf(cloud);
  process.env["AWS_REGION"] = region;
  return { path, settings, cloud, account, region };
}
