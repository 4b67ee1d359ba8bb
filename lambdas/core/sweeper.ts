import { sweepFunction } from "./functions/sweep-function.ts";

export const handler = sweepFunction();
