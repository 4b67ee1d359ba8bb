import { deployFunction } from "./core/functions/deploy-function.ts";
import { scenarios } from "./scenarios.ts";

export const handler = await deployFunction(scenarios);
