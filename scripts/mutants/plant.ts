import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutants.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Copies the sources as they are now, committed or not; the dependencies are shared. @returns the copy */
export function copySources(tree: string): string {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  for (const file of listed.toString().split("\0").filter(Boolean)) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    cpSync(join(root, file), join(tree, file));
  }
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  return tree;
}

/** @throws where the sources do not have what is to be changed, or have it twice: then the fault is not the one that is meant */
export function plant(tree: string, { what, file, found, planted }: Mutant): void {
  const path = join(tree, file);
  const parts = readFileSync(path, "utf8").split(found);
  if (parts.length !== 2) throw new Error(`${what} cannot be planted: ${file} has its place ${parts.length - 1} times`);
  writeFileSync(path, parts.join(planted));
}
