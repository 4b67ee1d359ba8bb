import { apiFunction } from "../core/functions/api-function.ts";
import { points } from "./scenario.ts";

/** The API of the scenario as a function of its own. */
export const handler = apiFunction("points", [points]);
