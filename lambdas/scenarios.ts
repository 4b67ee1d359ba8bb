import type { Scenario } from "./core/scenario.ts";
import { points } from "./points/scenario.ts";

/** Every scenario that this Kapok knows: one line each. */
export const scenarios: readonly Scenario[] = [points];
