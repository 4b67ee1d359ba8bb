import { Kapok } from "../../lambdas/core/kapok.ts";
import { tablesOf } from "../../lambdas/core/cloud-settings.ts";
import { logger } from "../../lambdas/core/log.ts";
import { allLanes } from "../../lambdas/core/store/lanes.ts";
import { dynamodb } from "../../lambdas/core/store/table.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import type { DeployedSettings } from "./deployed-settings.ts";
import { readPoolId } from "./outputs.ts";

/**
 * An organisation that ever signed here stays in the settings. Its key and its clients outlive a deployment without it, so
 * one with it again would find their names taken.
 * @throws where the settings lack one
 */
export async function expectOrganisations({ settings, cloud }: DeployedSettings): Promise<string> {
  const names = new Set(settings.organisations.map(({ id }) => id));
  if (!(await readPoolId(cloud.deployment))) return `organisations: ${names.size}, all of them new`;
  const { core = "" } = tablesOf(cloud, scenarios);
  const lanes = await allLanes(new Kapok([], dynamodb(), { core }, logger("deploy"), false).core);
  const left = lanes.map(({ organisation }) => organisation).filter((organisation) => !names.has(organisation));
  if (left.length === 0) return `organisations: ${names.size}`;
  throw new Error(
    `${left.join(" and ")} signed here and cannot leave the settings, or keys and clients of that name could never be made ` +
      `again. Name it as before; docs/operations.md says how one that shall act no more is kept from it`,
  );
}
