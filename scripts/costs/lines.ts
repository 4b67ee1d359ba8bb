import type { Calls } from "./measure.ts";
import { MONTH_SECONDS, prices } from "./prices.ts";

/** Memory of the functions, gigabytes, by part. */
export type Memory = Record<string, number>;

/** Dollars, by what they are paid for. */
export type Lines = Record<string, number>;

/** The lines of a million operations that the aim speaks of; waiting is measured apart. */
export const aimed = ["requests", "calls of functions", "their time", "written", "read", "signed"];

/** What a million operations cost at so many a second. */
export function costOfMillion(calls: Calls, rate: number, memory: Memory): Lines {
  const each = {
    ...costOf(calls, 1 / rate, memory),
    "tokens: one client, one an hour": prices.token / (rate * 3600),
    edge: calls.requests * prices.edgeRequest,
  };
  return times(each, 1e6);
}

/** What a month costs in which nobody asks for anything. @param fixed what is paid by the month, used or not */
export function costOfIdleMonth(idleSecond: Calls, memory: Memory, fixed: Lines): Lines {
  return { ...times(costOf(idleSecond, 1, memory), MONTH_SECONDS), ...fixed };
}

/** @param seconds of which one indexer runs through all */
function costOf(used: Calls, seconds: number, memory: Memory): Lines {
  const started = Object.values(used.calls).reduce((sum, count) => sum + count, 0);
  const ran = Object.entries(used.milliseconds).map(([part, ms]) => (ms / 1000) * memory[part]!);
  const gigabyteSeconds = [...ran, seconds * memory["indexer"]!].reduce((sum, each) => sum + each, 0);
  return {
    requests: used.requests * prices.request,
    "calls of functions": started * prices.call,
    "their time": gigabyteSeconds * prices.gigabyteSecond,
    written: used.writeUnits * prices.writeUnit,
    read: used.readUnits * prices.readUnit,
    signed: used.signatures * prices.signature,
    logs: (used.logged * prices.loggedGigabyte) / 1e9,
  };
}

function times(lines: Lines, factor: number): Lines {
  return Object.fromEntries(Object.entries(lines).map(([name, dollars]) => [name, dollars * factor]));
}
