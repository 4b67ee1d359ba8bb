import { indexFunction } from "./core/functions/index-function.ts";
import { scenarios } from "./scenarios.ts";

export const handler = await indexFunction(scenarios);
