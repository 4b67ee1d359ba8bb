/**
 * An emulator of AWS (ministack) on this machine: IAM is enforced, everything is TLS, functions run as processes of Node.
 * It keeps its state in memory, so each start is an empty account.
 */
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { lockHome } from "../start/lock.ts";
import { freePort } from "../start/ports.ts";
import { endProcess, type ProcessIdentity } from "../start/process-identity.ts";
import { endOrphans, ProcessRecords } from "../start/process-records.ts";
import { spawnRecorded } from "../start/recorded-child.ts";
import { installedPython } from "./installation.ts";
import { answerForAws, type NameServer } from "./names.ts";

const program = fileURLToPath(new URL("serve.py", import.meta.url));

/** A region other than us-east-1, so that whatever is written for that one alone is found out. */
export const REGION = "ap-east-1";
export const ACCOUNT = "246813579135";

export interface EmulatorOptions {
  /** Holds certificates, temporary files and the log; nobody else's at a time. */
  folder: string;
  /** A free one, if nothing else is said. */
  port?: number;
  /** Where functions send their calls to AWS, such as a proxy in front of the emulator; the emulator itself, if nothing else is said. */
  functionsEndpoint?: string;
  /** Further variables of ministack, such as LAMBDA_ACCOUNT_CONCURRENCY; functions do not see them. */
  variables?: Record<string, string>;
  /** Takes a line for whoever watches. */
  report?: (line: string) => void;
}

export interface Emulator {
  /** The endpoint of every service, `https://127.0.0.1:PORT`. */
  url: string;
  port: number;
  region: string;
  account: string;
  /** Path of the certificate that clients trust. */
  authority: string;
  /** What a process needs that speaks to AWS here: SDK, CDK, our own commands. Spread it over the caller's environment. */
  environment: Record<string, string>;
  /** Path of what the emulator and its functions said. */
  log: string;
  /** What runs the emulator; functions are in its process group. */
  process: ProcessIdentity;
  /** Resolves with the reason when the emulator ended, asked to or not. */
  ended: Promise<string>;
  /** Ends the emulator and every function that it runs. */
  stop(): Promise<void>;
}

export class EmulatorFailedError extends Error {
  override readonly name = "EmulatorFailedError";
  constructor(end: string, log: string) {
    const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
    super(`The emulator of AWS ended before it could be used (${end}). The end of ${log}:\n${tail}`);
  }
}

/**
 * Starts an emulator and waits until it can be used. However this process ends, kill -9 included, the emulator and its
 * functions end too.
 *
 * @throws PythonMissingError, InstallationError, HomeInUseError, EmulatorFailedError
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { folder, report = console.error } = options;
  const python = await installedPython(report);
  const unlock = lockHome(folder);
  await endOrphans(folder, 0);
  const port = options.port ?? (await freePort());
  const names = await answerForAws(port);
  for (const name of ["temporary", "state"]) {
    rmSync(join(folder, name), { recursive: true, force: true });
    mkdirSync(join(folder, name), { recursive: true });
  }
  // What starts a function is CommonJS and has no name that says so: a package.json farther up must not make it anything else.
  writeFileSync(join(folder, "temporary", "package.json"), '{ "type": "commonjs" }');
  const key = {
    id: `AKIA${randomBytes(10).toString("hex").toUpperCase().slice(0, 16)}`,
    secret: randomBytes(30).toString("base64url"),
  };
  const log = join(folder, "emulator.log");
  const output = openSync(log, "w");
  const records = new ProcessRecords(folder);
  let identity: ProcessIdentity | undefined;
  const child = spawnRecorded(
    python,
    ["-E", "-s", "-B", program],
    { output, env: environmentOf(options, port, names, key), cwd: folder },
    (started) => {
      identity = started;
      records.remember("emulator", started);
    },
  );
  closeSync(output);
  let end: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve((end = error.message)));
    child.once("exit", (code, signal) => resolve((end = signal ?? `exit code ${code}`)));
  });
  void ended.then(() => names.close());
  const stop = async () => {
    if (identity) await endProcess(identity, GRACE);
    if (child.pid) await untilGroupIsGone(child.pid);
    await names.close();
    unlock();
  };
  const authority = join(folder, "authority.pem");
  const url = `https://127.0.0.1:${port}`;
  while (end === undefined && !(await answers(url, authority))) await sleep(50);
  if (end !== undefined || identity === undefined) {
    await stop();
    throw new EmulatorFailedError(end ?? "it has no process", log);
  }
  const environment = clientEnvironment(folder, url, authority, key);
  return { url, port, region: REGION, account: ACCOUNT, authority, environment, log, process: identity, ended, stop };
}

/** How long the emulator may take to end; nothing that it does then is worth waiting for. */
const GRACE = 1_000;

interface Key {
  id: string;
  secret: string;
}

/** All that the emulator, and with it each function, sees of the world: nothing of whoever started it. */
function environmentOf(options: EmulatorOptions, port: number, names: NameServer, key: Key): Record<string, string> {
  const { folder, functionsEndpoint = `https://127.0.0.1:${port}`, variables = {} } = options;
  const root = randomBytes(30).toString("base64url");
  return {
    // Functions run on the first Node of the PATH: ours.
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    TMPDIR: join(folder, "temporary"),
    LANG: "C.UTF-8",
    TZ: "UTC",
    EMULATOR_FOLDER: folder,
    EMULATOR_ADMINISTRATOR: key.id,
    EMULATOR_ADMINISTRATOR_SECRET: key.secret,
    AUTH: "true",
    USE_SSL: "1",
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    MINISTACK_ACCOUNT_ID: ACCOUNT,
    MINISTACK_REGION: REGION,
    // The emulator's own root, which nobody is given.
    AWS_ACCESS_KEY_ID: `AKIA${randomBytes(10).toString("hex").toUpperCase().slice(0, 16)}`,
    AWS_SECRET_ACCESS_KEY: root,
    STATE_DIR: join(folder, "state"),
    S3_DATA_DIR: join(folder, "state", "s3"),
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    // What functions need to find everything here.
    AWS_ENDPOINT_URL: functionsEndpoint,
    NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"),
    ...names.environment,
    ...variables,
  };
}

function clientEnvironment(folder: string, url: string, authority: string, key: Key): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: key.id,
    AWS_SECRET_ACCESS_KEY: key.secret,
    AWS_CA_BUNDLE: authority,
    NODE_EXTRA_CA_CERTS: authority,
    // No profile of the person who runs this, and no metadata service, is asked for anything.
    AWS_CONFIG_FILE: join(folder, "no-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "no-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_HOME: join(folder, "cdk"),
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: REGION,
  };
}

/** Whether somebody answers there with the certificate of this run. */
function answers(url: string, authority: string): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = get(`${url}/_ministack/health`, { ca: readFileSync(authority), agent: false, timeout: 5_000 });
      request.on("response", (response) => resolve(response.resume().statusCode === 200));
      request.on("timeout", () => request.destroy());
      request.on("error", () => resolve(false));
    } catch {
      resolve(false); // The certificate is not there yet.
    }
  });
}

/** The emulator leaves a guard behind that kills its group. */
async function untilGroupIsGone(group: number): Promise<void> {
  for (;;) {
    try {
      process.kill(-group, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
      throw error;
    }
    await sleep(10);
  }
}
