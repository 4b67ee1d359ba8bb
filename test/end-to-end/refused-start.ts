import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../scripts/start/ports.ts";
import { temporaryHome } from "../start/temporary-home.ts";
import { command } from "./command.ts";

/**
 * Starts a Kapok that must not start.
 * @returns what it said before it ended with exit code 1
 */
export async function refusedStart(options: {
  home?: string;
  settings?: unknown;
  env?: NodeJS.ProcessEnv;
  args?: string[];
}): Promise<string> {
  const folder = temporaryHome();
  const file = join(folder.path, "given-settings.json");
  if (options.settings !== undefined) writeFileSync(file, JSON.stringify(options.settings));
  const env = {
    KAPOK_HOME: options.home ?? folder.path,
    PORT: String(await freePort()),
    ...(options.settings !== undefined && { KAPOK_SETTINGS: file }),
    ...options.env,
  };
  const { code, output } = await command("start/main.ts", options.args ?? [], env);
  folder.remove();
  expect(code, output).to.equal(1);
  expect(output).to.match(/^Kapok does not start\. /m);
  expect(output).to.not.match(/\n\s+at /);
  return output;
}
