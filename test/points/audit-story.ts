import type { AuditBook, Entry } from "./audit-book.ts";
import { newId, PERIOD } from "./audit-book.ts";

/** Everything that can happen in a book at least once, in an order that a reader can follow. */
export async function playStory(book: AuditBook): Promise<void> {
  const [ada, bo, cy] = [newId(), newId(), newId()];
  const [stay, visit, meal, sauna, gift] = [newId(), newId(), newId(), newId(), newId()];

  await book.submit(
    "hotel",
    { kind: "enrol", id: ada },
    { kind: "enrol", id: bo },
    earn(ada, 900, stay),
    earn(bo, 300),
  );
  await book.submit("park", { kind: "enrol", id: cy }, earn(ada, 250, visit), redeem(bo, 120, meal));
  await book.submit("park", redeem(bo, 5000), earn(newId(), 10), earn(cy, 60_000), { kind: "void" });
  await book.submit("hotel", { kind: "enrol", id: cy });
  await book.submit("hotel");

  await book.passTime(PERIOD);
  await book.submit("hotel", earn(ada, 100), redeem(ada, 1000, sauna), {
    kind: "reverse",
    original: stay,
    points: 400,
  });
  await book.submit("office", { kind: "freeze", member: ada }, { kind: "settle" });
  await book.submit(
    "park",
    redeem(ada, 1),
    earn(ada, 77),
    { kind: "reverse", original: meal },
    reverseOf(visit, 1_000_000),
  );
  await book.submit("office", { kind: "unfreeze", member: ada }, { kind: "freeze", member: newId() });
  await book.submit("both", earn(cy, 500, gift), { kind: "settle" }, redeem(cy, 200));
  await book.submit("both", reverseOf(gift, 450), reverseOf(gift, 0), reverseOf(gift, 1));

  await book.passTime(3 * PERIOD);
  await book.submit("hotel", earn(bo, 40), reverseOf(stay, 1), reverseOf(sauna, 300));
  await book.passTime(5 * PERIOD);
  await book.submit("park", redeem(ada, 1), earn(ada, 10), redeem(ada, 4), earn(bo, 11));
  await book.submit("office", { kind: "settle" });

  const midnight = await book.nextMidnight();
  await book.passTo(midnight - 1);
  await book.submit("hotel", earn(cy, 49_000), earn(cy, 2_000));
  await book.passTo(midnight);
  await book.submit("hotel", earn(cy, 49_000), earn(cy, 2_000));
  await book.passTime(5 * PERIOD);
}

/** A hundred batches of whatever a seeded dice says, expiry and refusals included. */
export async function playDice(book: AuditBook, seed: number, batches = 60): Promise<void> {
  const dice = diceOf(seed);
  const members = Array.from({ length: 12 }, newId);
  const originals: Record<string, string[]> = { hotel: [], park: [], both: [] };
  for (const member of members) await book.submit(pick(dice, ["hotel", "park", "both"]), { kind: "enrol", id: member });

  for (let batch = 0; batch < batches; batch++) {
    if (dice(4) === 0) await book.passTime(dice(2 * PERIOD));
    const organisation = pick(dice, ["hotel", "park", "both"]);
    const entries = Array.from({ length: 1 + dice(8) }, (): Entry => {
      const member = pick(dice, members);
      const points = 1 + dice(dice(6) === 0 ? 30_000 : 600);
      const id = newId();
      switch (dice(8)) {
        case 0:
          return organisation === "both" ? { kind: pick(dice, ["freeze", "unfreeze"]), member } : { kind: "void" };
        case 1:
          return organisation === "both" && dice(3) === 0 ? { kind: "settle" } : redeem(member, points);
        case 2:
        case 3:
          if (originals[organisation]!.length === 0) return earn(member, points);
          return { kind: "reverse", original: pick(dice, originals[organisation]!), points: dice(2) * dice(400) };
        case 4:
        case 5:
          return redeem(member, points, id);
        default:
          return earn(member, points, id);
      }
    });
    await book.submit(organisation, ...entries);
    for (const { id } of entries) if (id && book.applied(organisation, id)) originals[organisation]!.push(id);
  }
  await book.submit("office", { kind: "settle" });
  await book.passTime(2 * PERIOD);
}

const earn = (member: string, points: number, id = newId()): Entry => ({ kind: "earn", id, member, points });
const redeem = (member: string, points: number, id = newId()): Entry => ({ kind: "redeem", id, member, points });
const reverseOf = (original: string, points: number): Entry => ({ kind: "reverse", original, points });

/** Numbers below a bound that a seed decides (a linear congruence, as in Numerical Recipes). */
function diceOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return bound === 0 ? 0 : Math.floor((state / 2 ** 32) * bound);
  };
}

function pick<T>(dice: (bound: number) => number, list: readonly T[]): T {
  return list[dice(list.length)]!;
}
