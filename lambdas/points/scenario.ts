import type { Scenario } from "../core/scenario.ts";
import { ledger } from "./ledger.ts";
import { service } from "./service.ts";

/** Points: an alliance of merchants where a guest earns at one and redeems at another. */
export const points: Scenario = { ...service, ledger };
