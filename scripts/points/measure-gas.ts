import hre from "hardhat";
import type { Hex } from "viem";

import type { GasSnapshot } from "./gas.ts";
import {
  type Applied,
  type Entry,
  type Sandbox,
  earn,
  enrol,
  entry,
  freeze,
  kinds,
  leafOf,
  openSandbox,
  programme,
  proofOf,
  redeem,
  reverse,
  settle,
} from "./sandbox.ts";

const BATCH = 500;

/** Every figure is a transaction's gas by the operations in it, or the gas of a whole transaction. */
export async function measureGas(): Promise<GasSnapshot> {
  await hre.tasks.getTask("build").run({ quiet: true });
  return {
    [`an operation in a batch of ${BATCH}`]: await measureOperations(),
    "a transaction": await measureTransactions(),
    "OpenZeppelin ERC-20, a transaction": await measureToken(),
    "at most, for sizing a batch": await measureMost(),
  };
}

async function measureOperations() {
  const book = await openSandbox();
  const random = randomNumbers(1);
  const perOperation = async (entries: Entry[]) =>
    Math.round(Number((await book.submit("hotel", entries)).gas) / BATCH);

  const enrolments = times(BATCH, enrol);
  const members = enrolments.map(({ operation }) => operation);
  const [mixed, fresh, touched, stale, expiring] = [members, ...(await enrolGroups(book, 4))] as Hex[][];
  const enrolment = await perOperation(enrolments);

  // Members earn in random periods of the last nine, this one included.
  const earns = (member: Hex) => earn(member, 1 + Math.floor(random() * 1000));
  for (let period = 0; period <= programme.periods; period++) {
    if (period > 0) await book.passTime(programme.periodSeconds);
    for (const group of [mixed!, touched!]) await book.submit("hotel", group.filter(() => random() < 1 / 3).map(earns));
    if (period > 0) await book.submit("hotel", stale!.filter((_, at) => at % 7 === period - 1).map(earns));
    if (period < programme.periods)
      await book.submit("hotel", expiring!.filter((_, at) => period === 0 || at % 7 === period - 1).map(earns));
  }
  for (const group of [fresh!, touched!])
    await book.submit(
      "hotel",
      group.map((member) => earn(member, 1000)),
    );
  const before = await book.balances(mixed!);
  await book.submit("hotel", mixed!.filter((_, at) => before[at]! === 0n).map(earns));
  const balances = await book.balances(mixed!);
  const some = (at: number) => 1 + Math.floor(random() * Number(balances[at]!));

  const redeemOne = (member: Hex) => redeem(member, 1);
  const redemption = await perOperation(mixed!.map((member, at) => redeem(member, some(at))));
  return {
    "redemption by members with points of random ages, many of them not seen in this period": redemption,
    "redemption from points of this period": await perOperation(fresh!.map((member) => redeem(member, 300))),
    "redemption by members seen in this period, points of random ages": await perOperation(touched!.map(redeemOne)),
    "redemption that is the member's first posting in its period": await perOperation(stale!.map(redeemOne)),
    "redemption that finds expired points": await perOperation(expiring!.map(redeemOne)),
    "redemption rejected for want of points": await perOperation(fresh!.map((member) => redeem(member, 1_000_000))),
    earning: await perOperation(fresh!.map((member) => earn(member, 300))),
    enrolment: enrolment,
    "void entry": await perOperation(times(BATCH, () => entry(kinds.void))),
    ...(await measureReversals(book, fresh!)),
  };
}

async function measureReversals(book: Sandbox, members: Hex[]) {
  const earnings = await postAll(
    book,
    members.map((member) => earn(member, 100)),
    100,
  );
  const redemptions = await postAll(
    book,
    members.map((member) => redeem(member, 100)),
    100,
  );
  const figures: Record<string, number> = {};
  for (const [name, { applied, leaves }] of Object.entries({ "an earning": earnings, "a redemption": redemptions })) {
    const reversals = applied.map((original, at) => reverse(original, 0, proofOf(leaves, at)));
    const { gas } = await book.submit("hotel", reversals);
    figures[`reversal of ${name}, with a proof of nine nodes`] = Math.round(Number(gas) / BATCH);
  }
  return figures;
}

async function measureTransactions() {
  const few = await openSandbox(
    {},
    times(2, (at) => `merchant-${at}`),
  );
  const many = await openSandbox(
    {},
    times(12, (at) => `merchant-${at}`),
  );
  const settlements = [];
  for (const book of [few, many]) {
    const [members] = await enrolGroups(book, 1, "merchant-0");
    const merchants = Object.keys(book.signerOf).filter((name) => name.startsWith("merchant"));
    for (const name of merchants)
      await book.submit(
        name,
        members!.slice(0, 2).map((member) => earn(member, 777)),
      );
    await book.submit("operator", [settle()]);
    for (const name of merchants)
      await book.submit(
        name,
        members!.slice(0, 2).map((member) => earn(member, 777)),
      );
    settlements.push(Number((await book.submit("operator", [settle()])).gas));
  }
  const [withTwo, withTwelve] = settlements as [number, number];
  const aMerchant = Math.round((withTwelve - withTwo) / 10);
  await few.submit("merchant-0", []);
  return {
    "batch without operations": Number((await few.submit("merchant-0", [])).gas),
    "settlement without merchants": withTwo - 2 * aMerchant,
    "settlement, for each merchant": aMerchant,
  };
}

async function measureToken() {
  const book = await openSandbox();
  const token = await book.deploy("PlainToken", []);
  const [existing, another] = Object.values(book.signerOf);
  const transfer = async (to: string) =>
    Number((await book.send(token, book.administrator, "transfer", [to, 1000n])).gasUsed);
  await transfer(existing!);
  return {
    "transfer to an existing holder": await transfer(existing!),
    "transfer to a new holder": await transfer(another!),
  };
}

/** The dearest operation of each kind, in the state that makes it dearest, rounded up to hundreds. */
async function measureMost() {
  const book = await openSandbox();
  const [size, groups] = [100, await enrolGroups(book, 3)];
  const [spenders, earners, losers] = groups.map((members) => members.slice(0, 3 * size)) as [Hex[], Hex[], Hex[]];
  const most = async (dearest: (at: number) => Entry, organisation = "hotel") => {
    const large = await book.submit(organisation, times(2 * size, dearest));
    const small = await book.submit(
      organisation,
      times(size, (at) => dearest(2 * size + at)),
    );
    return { each: Number(large.gas - small.gas) / size, rest: Number(2n * small.gas - large.gas) };
  };

  // Eight full periods behind, every bucket in use: the next posting drops four of them and empties the other four.
  for (let period = 0; period < programme.periods; period++) {
    if (period > 0) await book.passTime(programme.periodSeconds);
    for (const members of [spenders, earners])
      await book.submit(
        "hotel",
        members.map((member) => earn(member, 1000)),
      );
  }
  const originals = await postAll(
    book,
    losers.map((member) => earn(member, 8000)),
    8000,
  );
  await book.passTime(4 * programme.periodSeconds);
  const reversals = originals.applied.map((original, at) => reverse(original, 0, proofOf(originals.leaves, at)));
  const proofNode = 32 * 16 + 150;

  const figures = {
    redeem: await most((at) => redeem(spenders[at]!, 4000)),
    earn: await most((at) => earn(earners[at]!, 1000)),
    enrol: await most(enrol),
    reverse: await most((at) => reversals[at]!),
    freeze: await most((at) => freeze(spenders[at]!), "operator"),
    void: await most(() => entry(kinds.void)),
  };
  const first = await openSandbox();
  const [member] = await enrolGroups(first, 1, "both");
  const firstBatch = Number((await first.submit("hotel", [earn(member![0]!, 1)])).gas) - figures.earn.each;

  const hundreds = (gas: number) => Math.ceil(gas / 100) * 100;
  return {
    "batch beside its operations": hundreds(firstBatch),
    ...Object.fromEntries(Object.entries(figures).map(([kind, { each }]) => [kind, hundreds(each)])),
    "reverse, for each node of its proof beyond nine": hundreds(proofNode),
  };
}

/** Posts these in one batch of the hotel and returns what it then can prove. */
async function postAll(book: Sandbox, entries: Entry[], points: number) {
  await book.submit("hotel", entries);
  const batch: bigint = await book.read("batchCount", [book.organisationId("hotel")]);
  const period = await book.period();
  const applied = entries.map(({ kind, operation, body }, index): Applied => {
    return { kind, operation, batch, index, member: body.slice(0, 34) as Hex, points, period };
  });
  return { applied, leaves: applied.map((one) => leafOf("hotel", one)) };
}

async function enrolGroups(book: Sandbox, count: number, organisation = "hotel") {
  const groups = times(count, () => times(BATCH, enrol));
  for (const group of groups) await book.submit(organisation, group);
  return groups.map((group) => group.map(({ operation }) => operation));
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** The same numbers from 0 to 1 in every run (mulberry32). */
function randomNumbers(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
