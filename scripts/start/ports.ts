/** Ports on 127.0.0.1: a free one, and one that a part keeps for good. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { readJson, writeDurably } from "./durable-file.ts";

export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  constructor(part: string, port: number, file: string) {
    super(
      `Port ${port}, which ${part} keeps in ${file}, is taken by another program. ` +
        `End that program, or remove ${part} from the file so that it takes another port.`,
    );
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const port = await listenBriefly(0);
  if (port === undefined) throw new Error("There is no free port on 127.0.0.1");
  return port;
}

/** The port of a part: a free one at first, and the same ever after. It is in `ports.json` of the home. */
export async function keptPort(home: string, part: string): Promise<number> {
  const file = join(home, "ports.json");
  const kept = readJson<Record<string, number>>(file)?.[part];
  if (kept !== undefined) return kept;
  for (;;) {
    const port = await freePort();
    const ports = readJson<Record<string, number>>(file) ?? {};
    if (Object.values(ports).includes(port)) continue;
    writeDurably(file, JSON.stringify({ ...ports, [part]: port }, null, 2));
    return port;
  }
}

/** @throws PortTakenError where a part cannot have the port that it keeps. */
export async function expectFree(home: string, part: string, port: number): Promise<void> {
  if ((await listenBriefly(port)) === undefined) throw new PortTakenError(part, port, join(home, "ports.json"));
}

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
