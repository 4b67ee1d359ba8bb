import type { AuditBook, AuditedState } from "../core/auditing/book.ts";
import { LawBroken } from "../core/auditing/book.ts";
import { organisationHex, organisationOf } from "../core/chain/envelope.ts";
import { uuidBytes } from "../core/operation.ts";
import { chunks } from "../core/store/table.ts";
import { isGone, periodOf } from "./audit-calendar.ts";
import { laws } from "./audit-laws.ts";
import { lotsOf, sum } from "./audit-member.ts";
import type { Original } from "./audit-originals.ts";
import type { Story } from "./audit-story.ts";

/** How many accounts one call reads, and how many calls are under way at once. */
const ACCOUNTS_TOGETHER = 500;
const AT_ONCE = 8;
/** Of how many members the contract is asked what they can spend. */
const BALANCES = 200;

/** Compares all that the contract keeps at one block with the story, and holds the laws against what it keeps. */
export async function compareState(story: Story, state: AuditedState, leafHash: AuditBook["leafHash"]): Promise<void> {
  const words = await compareAccounts(story, state);
  const open = await comparePositions(story, state);
  await compareBalances(story, state, words);
  await comparePool(story, state, words, open);
  await compareReversals(story, state, leafHash);
}

async function compareAccounts(story: Story, state: AuditedState): Promise<bigint[]> {
  const members = [...story.members.keys()];
  const words: bigint[] = [];
  for (const several of chunks(chunks(members, ACCOUNTS_TOGETHER), AT_ONCE)) {
    const kept = await Promise.all(several.map((ids) => state.read("accounts", [ids.map(bytes16)])));
    words.push(...kept.flat());
  }
  members.forEach((member, index) => {
    const told = story.members.get(member)!.word();
    if (words[index] === told) return;
    const kept = `the contract keeps 0x${words[index]?.toString(16)} for ${member}`;
    throw differs(laws.named, `${kept}, its postings make 0x${told?.toString(16)}`, state);
  });
  state.checked(laws.named, members.length);
  return words;
}

/** What the contract would let members spend; first of those whose points have expired and lie there still. */
async function compareBalances(story: Story, state: AuditedState, words: bigint[]): Promise<void> {
  const period = periodOf(story.programme, state.time);
  const told = [...story.members].map(([id, member], index) => {
    const live = member.live(period);
    return { id, live, expired: sum(lotsOf(words[index]!)) - live };
  });
  const sample = told.toSorted((one, other) => Math.sign(other.expired) - Math.sign(one.expired)).slice(0, BALANCES);
  for (const several of chunks(sample, AT_ONCE)) {
    const kept = await Promise.all(several.map(({ id }) => state.read("balanceOf", [bytes16(id)])));
    several.forEach(({ id, live }, index) =>
      equal(laws.live, `the balance of ${id}`, kept[index], BigInt(live), state),
    );
  }
  state.checked(laws.live, sample.length);
}

/** @returns what all open positions come to */
async function comparePositions(story: Story, state: AuditedState): Promise<bigint> {
  const merchants: string[] = (await state.read("merchants")).map(organisationOf);
  const told = [...story.books.positions.keys()];
  if (merchants.join() !== told.join()) {
    throw differs(laws.zero, `the contract has the merchants ${merchants}, those who posted are ${told}`, state);
  }
  let open = 0n;
  for (const merchant of merchants) {
    const kept = await state.read("position", [organisationHex(merchant)]);
    compare(laws.zero, `the position of ${merchant}`, kept, { ...story.books.positions.get(merchant)! }, state);
    open += story.books.value(kept);
  }
  const settlements = Number(await state.read("settlementCount"));
  compare(laws.zero, "the settlements", { settlements }, { settlements: story.books.settlements }, state);
  state.checked(laws.zero, merchants.length + 1);
  return open;
}

/** The laws of sums, over nothing but what the contract keeps. */
async function comparePool(story: Story, state: AuditedState, words: bigint[], open: bigint): Promise<void> {
  const { programme } = story;
  const pool: Story["books"]["pool"] = await state.read("pool");
  compare(laws.stored, "the pool", pool, story.books.pool, state);

  const { issued, clawedBack, redeemed, givenBack, dropped, reserve, closed } = pool;
  const period = periodOf(programme, state.time);
  const lots = words.flatMap(lotsOf);
  const stored = BigInt(sum(lots));
  const expired = BigInt(sum(lots.filter((lot) => isGone(programme, lot.period, period))));
  const live = [...story.members.values()].reduce((points, member) => points + member.live(period), 0);
  const { issuePrice, redeemPrice } = programme;
  const left = redeemPrice * (BigInt(live) + dropped + expired) + (issuePrice - redeemPrice) * (issued - clawedBack);

  equal(laws.stored, "stored points", stored, issued - redeemed - dropped - clawedBack + givenBack, state);
  equal(laws.live, "live points", stored - expired, BigInt(live), state);
  equal(laws.zero, "positions, closed and reserve", open + closed + reserve, 0n, state);
  equal(laws.reserve, "the reserve", reserve, left, state);
  for (const law of [laws.stored, laws.live, laws.zero, laws.reserve]) state.checked(law);
}

async function compareReversals(story: Story, state: AuditedState, leafHash: AuditBook["leafHash"]): Promise<void> {
  const originals = story.originals.reversed();
  for (const several of chunks(originals, AT_ONCE)) {
    const kept = await Promise.all(several.map((original) => state.read("reversed", [leafOf(original, leafHash)])));
    several.forEach(({ operation, reversed }, index) => {
      equal(laws.reversals, `what was reversed of ${operation}`, kept[index], BigInt(reversed), state);
    });
  }
  state.checked(laws.reversals, originals.length);
}

/** The leaf of a posting: its details are member bytes16 ‖ points uint32 ‖ period uint32. */
function leafOf(
  { organisation, batch, index, code, operation, member, points, period }: Original,
  hash: AuditBook["leafHash"],
) {
  const details = Buffer.alloc(24);
  details.set(uuidBytes(member));
  details.writeUInt32BE(points, 16);
  details.writeUInt32BE(period, 20);
  const leaf = hash({ organisation, batch, index, code, operation: uuidBytes(operation), details });
  return `0x${Buffer.from(leaf).toString("hex")}`;
}

function bytes16(id: string): string {
  return `0x${Buffer.from(uuidBytes(id)).toString("hex")}`;
}

function compare(
  law: string,
  subject: string,
  kept: any,
  told: Record<string, bigint | number>,
  state: AuditedState,
): void {
  for (const [name, value] of Object.entries(told))
    equal(law, `${subject}: ${name}`, BigInt(kept[name]), BigInt(value), state);
}

function equal(law: string, subject: string, kept: bigint, told: bigint, state: AuditedState): void {
  if (kept !== told) throw differs(law, `${subject}: the contract keeps ${kept}, the events make ${told}`, state);
}

function differs(law: string, detail: string, { blockNumber }: AuditedState): LawBroken {
  return new LawBroken(law, `${detail} (state after block ${blockNumber})`);
}
