import type { Lane } from "../../lambdas/core/store/lanes.ts";
import { allLanes } from "../../lambdas/core/store/lanes.ts";
import type { Deployed } from "./cloud.ts";

/** The lanes of a deployment. */
export function readLanes({ emulation }: Deployed): Promise<Lane[]> {
  return allLanes(emulation.kapok().core);
}
