import type { Logger } from "../log.ts";
import { saying } from "../log.ts";
import { SigningFailed } from "../signing/kms-errors.ts";

/** Says what a lane could not do and will try again; that nothing was signed is counted apart. */
export function sayLaneWaits(log: Logger, organisation: string, error: unknown): void {
  const measured = error instanceof SigningFailed ? { values: { SignerErrors: 1 }, organisation } : undefined;
  log.warn("lane-waits", { organisation, error: saying(error) }, measured);
}
