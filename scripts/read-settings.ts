import { readFileSync } from "node:fs";
import type { Settings } from "../lambdas/core/settings.ts";
import { parseSettings } from "../lambdas/core/settings.ts";
import { scenarios } from "../lambdas/scenarios.ts";

/**
 * Reads a settings file.
 * @throws Error that names the file and what is wrong with it
 */
export function readSettings(path: string): Settings {
  try {
    return parseSettings(JSON.parse(readFileSync(path, "utf8")), scenarios);
  } catch (error) {
    throw new Error(`${path} (KAPOK_SETTINGS): ${(error as Error).message}`, { cause: error });
  }
}
