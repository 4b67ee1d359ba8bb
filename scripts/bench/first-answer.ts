import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { percentile } from "./measure.ts";

const RUNS = 15;
const program = fileURLToPath(new URL("answer-once.ts", import.meta.url));

/** What the API's functions need to start; nothing of it is there. */
const variables = {
  DEPLOYMENT: "bench",
  TABLES: JSON.stringify({ core: "bench-core", points: "bench-points" }),
  API_URL: "https://api.example",
  TOKEN_URL: "https://tokens.example/oauth2/token",
  TOKEN_ISSUER: "https://tokens.example/pool",
  LONGEST_WAIT_SECONDS: "20",
  VERSION: "0.0.0",
  AWS_REGION: "ap-east-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
};

/** How long a function takes from its process's start to its first answer. */
export interface FirstAnswer {
  /** Milliseconds, the median. */
  median: number;
  /** Milliseconds, the fastest run: on a busy machine it says more. */
  fastest: number;
  /** What the function answered, an HTTP status. */
  status: number;
}

/**
 * Starts each bundle several times, in turns, and takes the time until it has answered one request. Node's own start is
 * in all of them: what a bundle costs is what it takes longer than an empty handler.
 * @param folders of bundles, by name
 * @param scratch holds the empty handler
 */
export async function firstAnswers(
  folders: Record<string, string>,
  scratch: string,
): Promise<Record<string, FirstAnswer>> {
  const empty = join(scratch, "empty");
  mkdirSync(empty, { recursive: true });
  writeFileSync(join(empty, "index.mjs"), "export const handler = async () => ({ statusCode: 204 });\n");
  const contenders = Object.entries({ "empty handler": empty, ...folders });
  const times = new Map<string, { milliseconds: number; status: number }[]>(contenders.map(([name]) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, folder] of contenders) times.get(name)!.push(await firstAnswer(join(folder, "index.mjs")));
  }
  return Object.fromEntries(
    [...times].map(([name, runs]) => {
      const milliseconds = runs.map((run) => run.milliseconds);
      const [median, fastest] = [percentile(milliseconds, 0.5), Math.min(...milliseconds)];
      return [name, { median, fastest, status: runs[0]!.status }];
    }),
  );
}

async function firstAnswer(bundle: string): Promise<{ milliseconds: number; status: number }> {
  const env = { PATH: process.env["PATH"], ...variables };
  const began = performance.now();
  const child = fork(program, [bundle], { env, execArgv: ["--disable-warning=ExperimentalWarning"] });
  return new Promise((resolve, reject) => {
    child.once("message", ({ statusCode }: { statusCode: number }) => {
      resolve({ milliseconds: performance.now() - began, status: statusCode });
    });
    child.once("exit", (code) => reject(new Error(`${bundle} ended with ${code} and did not answer`)));
  });
}
