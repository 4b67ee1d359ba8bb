import { openChain } from "../lambdas/core/functions/open-chain.ts";
import type { Chain } from "../lambdas/core/chain/chain.ts";
import type { CloudSettings } from "../lambdas/core/cloud-settings.ts";
import { placeOf, tablesOf } from "../lambdas/core/cloud-settings.ts";
import { Kapok } from "../lambdas/core/kapok.ts";
import { logger } from "../lambdas/core/log.ts";
import { dynamodb } from "../lambdas/core/store/table.ts";
import { scenarios } from "../lambdas/scenarios.ts";
import { readSettings } from "./read-settings.ts";
import { readEnvironment } from "./start/environment.ts";
import { withParts } from "./start/with-parts.ts";

/** The Kapok that a command is about. */
export interface FoundKapok {
  /** Which one it is, for a person. */
  place: string;
  kapok: Kapok;
  /** Opens its chain. @throws where that cannot be found, such as a secret that may not be read */
  chain: () => Promise<Chain>;
  /** How a deployment stands in the cloud; absent for a home on this machine. */
  cloud?: CloudSettings;
}

/**
 * Lets a command look at a Kapok somewhere: at a deployment, where KAPOK_SETTINGS names settings that have `cloud`, with
 * the operator's own credentials; otherwise at the home of this machine.
 * @param patient whether the command waits for a chain of this machine that does not answer
 */
export async function withKapok<T>(
  command: string,
  work: (found: FoundKapok) => Promise<T>,
  patient = false,
): Promise<T> {
  const { settings, home } = readEnvironment();
  const cloud = settings && readSettings(settings).cloud;
  if (cloud) return work(deployed(command, cloud));
  return withParts(
    command,
    ({ kapok, chain }) => work({ place: `the home ${home.path}`, kapok, chain: async () => chain }),
    patient,
  );
}

/** Whether a command is about the home of this machine. */
export function isHere(): boolean {
  const { settings } = readEnvironment();
  return !settings || !readSettings(settings).cloud;
}

function deployed(command: string, cloud: CloudSettings): FoundKapok {
  const { deployment, chainSecret } = cloud;
  const { region } = placeOf(cloud);
  process.env["AWS_REGION"] = region;
  return {
    place: `the deployment ${deployment} in ${region}`,
    kapok: new Kapok(scenarios, dynamodb(), tablesOf(cloud, scenarios), logger(command), false),
    chain: () => openChain(chainSecret),
    cloud,
  };
}
