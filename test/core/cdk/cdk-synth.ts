import { spawn } from "node:child_process";
import { dirname, delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(import.meta.resolve("aws-cdk/bin/cdk"));
const noNetwork = new URL("no-network.ts", import.meta.url).href;

/**
 * Runs the very `cdk synth` of `npm run synth` over the sample settings, as on a machine without credentials and network.
 * @param output folder of the assembly
 * @returns what it said, and how it ended
 */
export async function cdkSynth(output: string): Promise<{ said: string; code: number | null }> {
  const { HOME, TMPDIR } = process.env;
  const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const settings = fileURLToPath(new URL("../../../cdk/sample-settings.json", import.meta.url));
  const env = { PATH, HOME, TMPDIR, KAPOK_SETTINGS: settings, NODE_OPTIONS: `--import ${noNetwork}`, NO_COLOR: "1" };
  // Strict: a warning is an error.
  const child = spawn(process.execPath, [cli, "synth", "--quiet", "--strict", "--output", output], { env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { said, code };
}
