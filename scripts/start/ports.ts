/** Ports on 127.0.0.1: a free one, and one that a part keeps for good. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { readJson, writeDurably } from "./durable-file.ts";

export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  constructor(part: string, port: number, otherwise: string) {
    super(`Port ${port} of ${part} is taken by another program. End that program, or ${otherwise}.`);
  }
}

/** Below the ports that systems give to whoever connects: one that is kept must be free again after a restart. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = await listenBriefly(randomInt(LOWEST_PORT, HIGHEST_PORT));
    if (port !== undefined) return port;
  }
  throw new Error("There is no free port on 127.0.0.1");
}

/** The port of a part: a free one at first, and the same ever after. It is in `ports.json` of the home. */
export async function keptPort(home: string, part: string): Promise<number> {
  const kept = portsOf(home)[part];
  if (kept !== undefined) return kept;
  for (;;) {
    const port = await freePort();
    const ports = portsOf(home);
    if (Object.values(ports).includes(port)) continue;
    writeDurably(fileIn(home), JSON.stringify({ ...ports, [part]: port }, null, 2));
    return port;
  }
}

/** The port that a part of this home keeps, if it ever had one. */
export function knownPort(home: string, part: string): number | undefined {
  return portsOf(home)[part];
}

/** @throws PortTakenError where a part cannot have its port, kept or given. */
export async function expectFree(home: string, part: string, port: number): Promise<void> {
  if ((await listenBriefly(port)) !== undefined) return;
  const isKept = portsOf(home)[part] === port;
  throw new PortTakenError(part, port, isKept ? `remove ${part} from ${fileIn(home)}` : "choose another port");
}

const fileIn = (home: string): string => join(home, "ports.json");

const portsOf = (home: string): Record<string, number> => readJson(fileIn(home)) ?? {};

async function listenBriefly(port: number): Promise<number | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, "close");
  return taken;
}
