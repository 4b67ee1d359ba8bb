import { wakeFunction } from "./functions/wake-function.ts";

export const handler = wakeFunction();
