/** One owner at a time for a folder that holds state. */
import { linkSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "./durable-file.ts";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.ts";

export class HomeInUseError extends Error {
  override readonly name = "HomeInUseError";
  constructor(home: string, owner: ProcessIdentity) {
    super(`${home} is in use by process ${owner.pid}. Stop that one first, or choose another folder.`);
  }
}

/**
 * Makes this process the owner of a folder until it ends or calls the function that this returns.
 * The lock of a process that died, kill -9 included, counts as free.
 *
 * @throws HomeInUseError where another running process owns the folder.
 */
export function lockHome(home: string): () => void {
  mkdirSync(home, { recursive: true });
  const lock = join(home, "lock");
  const mine = join(home, `lock.${process.pid}`);
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    // A link, unlike a new file, appears with its content: nobody ever reads half a lock.
    while (!linked(mine, lock)) clearStale(home, lock);
  } finally {
    unlinkSync(mine);
  }
  return () => rmSync(lock, { force: true });
}

/** Whether a running process owns this folder. */
export function isHomeInUse(home: string): boolean {
  const owner = readJson<ProcessIdentity>(join(home, "lock"));
  return owner !== undefined && isRunning(owner);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Moves the lock aside before judging it for good, so that of two processes that see it stale only one clears it. */
function clearStale(home: string, lock: string): void {
  refuseOwner(home, lock);
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    refuseOwner(home, aside);
  } catch (error) {
    linked(aside, lock);
    throw error;
  } finally {
    unlinkSync(aside);
  }
}

function refuseOwner(home: string, lock: string): void {
  const owner = readJson<ProcessIdentity>(lock);
  if (owner !== undefined && isRunning(owner)) throw new HomeInUseError(home, owner);
}
