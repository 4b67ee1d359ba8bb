import { apiFunction } from "./core/functions/api-function.ts";
import { scenarios } from "./scenarios.ts";

/** What is below no scenario: operations, documents, problems. */
export const handler = apiFunction("api", scenarios, { elsewhere: true });
