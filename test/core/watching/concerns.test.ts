import { expect } from "chai";
import { concernsOf } from "../../../lambdas/core/watching/concerns.ts";
import type { LaneStanding, Standing } from "../../../lambdas/core/watching/standing.ts";

const now = Date.UTC(2026, 10, 26);
const minutes = (count: number) => count * 60_000;
const book = { incarnation: "one" } as Standing["book"];

function laneOf(lane: Partial<LaneStanding["lane"]> = {}, others: Partial<LaneStanding> = {}): LaneStanding {
  const standing = {
    organisation: "hotel-a",
    signer: "0x01",
    incarnation: "one",
    owner: "somebody",
    leaseUntil: now + 5000,
    fence: 1,
    nextNonce: 3,
    decidedNonce: 3,
    ...lane,
  };
  return { lane: standing, entries: [], queued: { depth: 0 }, known: true, ...others };
}

/** A Kapok that is well, with what differs. */
function standing(others: Partial<Standing> = {}): Standing {
  return {
    now,
    book: book!,
    sameTables: true,
    cursor: { blockNumber: 100, hash: "0x", time: now / 1000, learned: "one" },
    indexer: { owner: "indexer", leaseUntil: now + 5000 },
    sweptAt: now - 30_000,
    chain: { head: { number: 100, time: now } },
    lanes: [laneOf()],
    ...others,
  };
}

const headOf = (number: number, age: number) => ({ head: { number, time: now - age } });
const cursorOf = (blockNumber: number, age: number) => ({
  cursor: { blockNumber, hash: "0x", time: (now - age) / 1000, learned: "one" },
});

describe("What a person must act on", () => {
  const asked = { lost: false, awaited: true };
  const cases: [string, Standing, RegExp | undefined][] = [
    ["nothing", standing(), undefined],
    ["no book", { now, chain: {}, lanes: [] }, /no book/],
    ["another chain", standing({ chain: { other: "genesis 0x02" } }), /another chain: genesis 0x02/],
    ["a chain that does not answer", standing({ chain: { silent: "refused" } }), /cannot be asked: refused/],
    ["a slow block", standing({ chain: headOf(100, minutes(10)) }), undefined],
    ["a halt", standing({ chain: headOf(100, minutes(10) + 1000) }), /halts: block 100 is the newest and 601 s old/],
    ["other tables", standing({ sameTables: false }), /not those of this life/],
    ["a store that is a little behind", standing(cursorOf(90, minutes(9))), undefined],
    ["a store that stays behind", standing(cursorOf(90, minutes(11))), /10 blocks behind though somebody indexes/],
    ["a store that learns", standing({ cursor: { ...cursorOf(9, minutes(90)).cursor, learned: "before" } }), undefined],
    [
      "nobody who indexes",
      standing({ ...cursorOf(99, minutes(4)), indexer: { leaseUntil: now - minutes(4) } }),
      /Nobody indexes, and the store is 1 blocks behind/,
    ],
    ["an indexer between two functions", standing({ indexer: { leaseUntil: now - 10_000 } }), undefined],
    ["a rebuild", standing({ rebuilding: { owner: "rebuild", since: "" } }), undefined],
    [
      "a rebuild that died",
      standing({ rebuilding: { owner: "rebuild", since: "" }, indexer: { owner: "rebuild", leaseUntil: now - 1 } }),
      /run npm run rebuild again/,
    ],
    ["a silent sweeper", standing({ sweptAt: now - minutes(4) }), /silent for 240 s/],
    ["a stopped lane", standing({ lanes: [laneOf({ stopped: "why" })] }), /lane of hotel-a is stopped: why/],
    [
      "a lane that a change of signer stopped",
      standing({ lanes: [laneOf({ stopped: "why", barred: true, rotation: { from: "", to: "", lost: true } })] }),
      undefined,
    ],
    [
      "a signer that the book's operator has to name",
      standing({ lanes: [laneOf({ rotation: { from: "0x01", to: "0x02", ...asked } }, { knowsNext: false })] }),
      /operator has to name 0x02 as the signer of hotel-a, in place of 0x01/,
    ],
    [
      "a signer that was replaced, and goes on with the next operation",
      standing({ lanes: [laneOf({ rotation: { from: "", to: "", ...asked } }, { known: false, knowsNext: true })] }),
      undefined,
    ],
    ["a signer that is a stranger", standing({ lanes: [laneOf({}, { known: false })] }), /does not know 0x01/],
    ["a lane that closes", standing({ lanes: [laneOf({ closing: { since: now - minutes(2) } })] }), undefined],
    [
      "a lane that does not get closed",
      standing({ lanes: [laneOf({ closing: { since: now - minutes(11) } })] }),
      /closes since 11 minutes/,
    ],
    ["an idle lane without owner", standing({ lanes: [laneOf({ leaseUntil: now - minutes(9) })] }), undefined],
    [
      "work that nobody does",
      standing({ lanes: [laneOf({ leaseUntil: now - minutes(4) }, { queued: { depth: 3, since: now - 1000 } })] }),
      /Nobody works on the lane of hotel-a, where 3 operations wait/,
    ],
    [
      "an operation that waits for long",
      standing({ lanes: [laneOf({}, { queued: { depth: 1, since: now - minutes(12) } })] }),
      /operation of hotel-a waits since 12 minutes/,
    ],
  ];
  for (const [name, found, concern] of cases) {
    it(`${concern ? "is" : "is not"}: ${name}`, () => {
      const concerns = concernsOf(found, true);
      expect(concerns, concerns.join("\n")).to.have.length(concern ? 1 : 0);
      if (concern) expect(concerns[0]).to.match(concern);
    });
  }

  it("is no sweep where nobody sweeps, as on one machine; in a deployment it is", () => {
    const { sweptAt, ...never } = standing();
    expect(sweptAt).to.not.equal(undefined);
    expect(concernsOf(never, false)).to.deep.equal([]);
    expect(concernsOf(never, true)).to.deep.equal(["Nobody has swept yet: see that the sweeper's schedule is on."]);
  });

  it("says the chain's halt alone where operations wait because of it", () => {
    const waits = laneOf({}, { queued: { depth: 1, since: now - minutes(12) } });
    expect(concernsOf(standing({ chain: headOf(100, minutes(12)), lanes: [waits] }), true)).to.have.length(1);
  });
});
