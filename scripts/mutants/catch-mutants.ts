import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { countsOf } from "../counts.ts";
import { roomiestFolder } from "../roomiest-folder.ts";
import { mutants } from "./mutants.ts";
import { copySources, plant } from "./plant.ts";

/**
 * Shows that the tests of what is deployed can fail: plants one fault after another into a copy of the sources, deploys that,
 * and says which faults were noticed. First the copy without a fault must pass, or nothing would be shown.
 * @param named parts of what the wanted ones are called; all where there are none
 * @returns whether all of them were
 */
export async function catchMutants(named: string[]): Promise<boolean> {
  const scratch = mkdtempSync(join(roomiestFolder(), "kapok-mutants-"));
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

  const wanted = mutants.filter(({ what }) => named.length === 0 || named.some((name) => what.includes(name)));
  if (wanted.length === 0) {
    console.error(`No fault is called so. There are: ${mutants.map(({ what }) => what).join("; ")}.`);
    return false;
  }
  const parts = [...new Set(wanted.map(({ part }) => part))];
  const sound = await outcomeOf(copySources(join(scratch, "sound")), parts);
  if (sound.failed > 0 || sound.passed === 0) {
    console.error(`${sound.output}\nNothing is planted: without a fault, ${parts.join(" and ")} fail already.`);
    return false;
  }
  console.log(`without a fault: ${sound.passed} passed`);

  let [caught, missed] = [0, 0];
  for (const [index, mutant] of wanted.entries()) {
    const tree = copySources(join(scratch, String(index)));
    plant(tree, mutant);
    const { failed, failures } = await outcomeOf(tree, [mutant.part]);
    if (failed > 0) caught++;
    else missed++;
    console.log(`${failed > 0 ? "caught" : "MISSED"}: ${mutant.what} (${mutant.file}), by ${mutant.part}${failures}`);
    rmSync(tree, { recursive: true });
  }
  console.log(`\n${caught} caught, ${missed} missed`);
  return missed === 0;
}

/** Runs parts of the tests of what is deployed from a copy. */
async function outcomeOf(
  tree: string,
  names: string[],
): Promise<{ passed: number; failed: number; output: string; failures: string }> {
  const child = spawn(process.execPath, ["scripts/test-deploy.ts", ...names], {
    cwd: tree,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise<number>((resolve) => child.on("close", (end) => resolve(end ?? 1)));
  const { passed, failed } = countsOf(output, code);
  const list = output.slice(output.search(/^\s*\d+ failing$/m)).split("\n");
  const said = list.filter((line) => /^\s+(\w*Error|CdkFailed|NotReady)\b/.test(line)).map((line) => line.trim());
  return {
    passed,
    failed,
    output,
    failures: said
      .slice(0, 2)
      .map((line) => `\n    ${line.slice(0, 160)}`)
      .join(""),
  };
}
