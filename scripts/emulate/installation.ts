/** The emulator's programs: installed once, at the versions and hashes of `requirements.txt`, in a folder of their own. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findPython } from "./python.ts";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const run = promisify(execFile);

/** Says where packages come from and how to get there. What they are is said by their hashes alone. */
const sources =
  /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|CERT|CLIENT_CERT|TRUSTED_HOST|PROXY|DEFAULT_TIMEOUT)|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR))$/;

export class InstallationError extends Error {
  override readonly name = "InstallationError";
  constructor(step: string, said: string) {
    const tail = said.trimEnd().split("\n").slice(-10).join("\n");
    super(
      `The emulator of AWS cannot be installed: ${step} failed. Packages come from PyPI, or from where PIP_INDEX_URL ` +
        `says; pip's own configuration files are not read. It said:\n${tail}`,
    );
  }
}

/**
 * The Python that has the emulator, installed now unless it is. What is installed is named by what was asked for, and gets
 * its name only when it is whole: one that was interrupted is never taken for a good one, and two at a time do no harm.
 *
 * @param cache where installations are kept, for every Kapok of this user
 */
export async function installedPython(report: (line: string) => void, cache = defaultCache()): Promise<string> {
  const python = findPython();
  const key = createHash("sha256").update(readFileSync(requirements)).update(python).digest("hex").slice(0, 16);
  const folder = join(cache, key);
  const program = join(folder, "bin", "python");
  if (existsSync(program)) return program;
  report("Installing the emulator of AWS (once, a few seconds)");
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(`${folder}.unfinished-`);
  try {
    await install(python, unfinished);
    putInPlace(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return program;
}

function defaultCache(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "kapok", "emulator");
}

async function install(python: string, folder: string): Promise<void> {
  await step("making an environment", python, ["-I", "-m", "venv", folder]);
  const inside = join(folder, "bin", "python");
  const hashed = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", requirements];
  await step("pip", inside, ["-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check", ...hashed]);
  await step("trying it", inside, ["-I", "-c", "import cryptography, ministack.app"]);
}

async function step(name: string, command: string, args: string[]): Promise<void> {
  const passed = Object.entries(process.env).filter(([variable]) => sources.test(variable));
  const env = { ...Object.fromEntries(passed), PATH: "/usr/bin:/bin", HOME: homedir(), PIP_CONFIG_FILE: "/dev/null" };
  await run(command, args, { env, timeout: 300_000, maxBuffer: 2 ** 26 }).catch((error) => {
    throw new InstallationError(name, String(error.stderr || error.message));
  });
}

/** Another process may have been faster; its installation is as good. */
function putInPlace(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
