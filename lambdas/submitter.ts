import { submitFunction } from "./core/functions/submit-function.ts";
import { scenarios } from "./scenarios.ts";

export const handler = await submitFunction(scenarios);
