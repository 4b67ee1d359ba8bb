import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunningKapok } from "../core/running-kapok.ts";

/** Runs one of the commands of package.json on a home, while its Kapok runs. */
export function command(kapok: RunningKapok, script: "audit" | "rebuild"): Promise<{ code: number; output: string }> {
  const path = fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url));
  const env = { PATH: process.env["PATH"], KAPOK_HOME: kapok.home };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
