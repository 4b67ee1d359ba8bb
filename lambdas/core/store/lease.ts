/** No lease is as long as this, milliseconds. */
const NEVER_MILLISECONDS = 150_000;

/** The condition under which somebody else may take what a lease holds. */
export const LEASE_IS_OVER = "(leaseUntil < :now OR leaseUntil > :never)";

/** Whether somebody holds a lease now: neither given back, nor over, nor given by a clock that has been set back since. */
export function isHeld({ owner, leaseUntil }: { owner?: string; leaseUntil: number }, now = Date.now()): boolean {
  return owner !== undefined && leaseUntil >= now && leaseUntil <= now + NEVER_MILLISECONDS;
}

/** The times of that condition. A lease that ends far in the future was given by a clock that has been set back since. */
export function leaseTimes(): { ":now": number; ":never": number } {
  const now = Date.now();
  return { ":now": now, ":never": now + NEVER_MILLISECONDS };
}
