/** Finds a Python that can run the emulator. */
import { execFileSync } from "node:child_process";

const OLDEST = [3, 10];
const candidates = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

export class PythonMissingError extends Error {
  override readonly name = "PythonMissingError";
  constructor(tried: string[], seen: string[]) {
    const found = seen.length > 0 ? ` There is only ${seen.join(", ")}.` : "";
    super(
      `The emulator of AWS needs Python 3.10 or later with its module venv, and none of ${tried.join(", ")} is one.${found} ` +
        `Install it (Debian and Ubuntu: apt-get install python3 python3-venv), or set KAPOK_PYTHON to its path. ` +
        `"npm start" and "npm test" need no Python.`,
    );
  }
}

/** The program's own path, so that no shim of a version manager decides again later. @throws PythonMissingError */
export function findPython(): string {
  const named = process.env["KAPOK_PYTHON"];
  const tried = named ? [named] : candidates;
  const seen: string[] = [];
  for (const candidate of tried) {
    const answer = ask(candidate);
    if (answer === undefined) continue;
    const { path, version, complete } = answer;
    if (isRecent(version) && complete) return path;
    seen.push(`${candidate} ${version.join(".")}${complete ? "" : " without venv"}`);
  }
  throw new PythonMissingError(tried, seen);
}

interface Answer {
  path: string;
  version: [number, number, number];
  /** Whether it can make an environment with pip in it. */
  complete: boolean;
}

const question = `
import importlib.util, json, sys
complete = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
print(json.dumps({"path": sys.executable, "version": sys.version_info[:3], "complete": complete}))`;

function ask(candidate: string): Answer | undefined {
  try {
    const said = execFileSync(candidate, ["-I", "-c", question], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 20_000,
    });
    return JSON.parse(said) as Answer;
  } catch {
    return undefined;
  }
}

function isRecent([major, minor]: Answer["version"]): boolean {
  return major > OLDEST[0]! || (major === OLDEST[0] && minor >= OLDEST[1]!);
}
