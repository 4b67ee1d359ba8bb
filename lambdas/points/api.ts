import { apiFunction } from "../core/functions/api-function.ts";
import { service } from "./service.ts";

/** The API of the scenario as a function of its own. */
export const handler = apiFunction("points", [service]);
