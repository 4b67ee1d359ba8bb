/** A supervisor as a process of its own: `node sample-supervisor.ts HOME PARTS`, with the parts as JSON. */
import type { Part } from "../../scripts/start/part.ts";
import { Supervisor } from "../../scripts/start/supervisor.ts";

const [home = "", parts = "[]"] = process.argv.slice(2);
try {
  const supervisor = await Supervisor.open(home, console.log, 500);
  for (const part of JSON.parse(parts) as Part[]) {
    const speaks = part.command === process.execPath;
    await supervisor.start(speaks ? part : { ...part, ready: async () => undefined });
  }
  console.log("All are ready");
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
