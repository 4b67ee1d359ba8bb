import hre from "hardhat";
import type { Hex } from "viem";
import { type Entry, type Event, type Programme, enrol, openSandbox } from "../../../scripts/points/sandbox.ts";
import { originalsOf } from "./originals.ts";
import { spelled } from "./spelled.ts";

export type Book = Awaited<ReturnType<typeof openBook>>;

let built: Promise<unknown> | undefined;

/** A points book on a chain of its own, whose tests choose the time of each block and read what each batch decided. */
export async function openBook(options: Partial<Programme> = {}, merchants?: string[]) {
  await (built ??= hre.tasks.getTask("build").run({ quiet: true }));
  const sandbox = await openSandbox(options, merchants);
  const { client, ledger, read, organisationId } = sandbox;
  const programme: Programme = await read("programme");
  const start = Number(await read("start"));
  const members: Hex[] = [];

  async function now(): Promise<number> {
    return Number((await client.getBlock()).timestamp);
  }

  /** Sends one batch, in a block of this time where one is given. */
  async function post(organisation: string, entries: Entry[], time?: number): Promise<Event[]> {
    if (time !== undefined) await client.setNextBlockTimestamp({ timestamp: BigInt(time) });
    const { events } = await sandbox.submit(organisation, entries);
    return events.map((event) => spelled(ledger.abi, event));
  }

  /** Sends one batch of different operations of which all must be applied, and returns them and its events. */
  async function apply(organisation: string, entries: Entry[], time?: number) {
    const events = await post(organisation, entries, time);
    const rejected = reasonsOf(events);
    if (rejected.length > 0) throw new Error(`rejected: ${rejected.join(", ")}`);
    const period = Math.floor(((await now()) - start) / programme.periodSeconds);
    return { events, originals: originalsOf(organisation, entries, events, period) };
  }

  /** Sends one operation that must be rejected and leave nothing, and returns the reason. */
  async function rejectionOf(organisation: string, operation: Entry, time?: number): Promise<string> {
    const before = await everything();
    const events = await post(organisation, [operation], time);
    const trace = events.map(({ eventName }) => eventName).join();
    if (trace !== "OperationRejected,BatchApplied") throw new Error(`it was applied, or left a trace: ${trace}`);
    if ((await everything()) !== before) throw new Error("it changed the state");
    return reasonsOf(events)[0]!;
  }

  /** All that a ledger keeps, but for reversals, in one string to compare. */
  async function everything(): Promise<string> {
    const organisations = Object.keys(sandbox.signerOf).map(organisationId);
    const positions = organisations.map((id) => read("position", [id]));
    const rest = [read("pool"), read("merchants"), read("settlementCount"), read("accounts", [members])];
    const all = await Promise.all([...positions, ...rest]);
    return JSON.stringify(all, (_, value) => (typeof value === "bigint" ? String(value) : value));
  }

  /** A new member. */
  async function member(organisation = "hotel"): Promise<Hex> {
    const { originals } = await apply(organisation, [enrol()]);
    members.push(originals[0]!.member);
    return originals[0]!.member;
  }

  /** The second at which a period begins. */
  const periodStart = (period: number) => start + period * programme.periodSeconds;

  return { ...sandbox, programme, start, periodStart, now, post, apply, rejectionOf, everything, member };
}

/** Why a batch rejected what it rejected, in order. */
export function reasonsOf(events: Event[]): string[] {
  return events.filter(({ eventName }) => eventName === "OperationRejected").map(({ args }) => args["reason"]);
}
