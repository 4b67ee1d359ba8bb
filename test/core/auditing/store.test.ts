import { expect } from "chai";
import { audit } from "../../../lambdas/core/auditing/audit.ts";
import { LawBroken } from "../../../lambdas/core/auditing/book.ts";
import { laws, storeLaws } from "../../../lambdas/core/auditing/laws.ts";
import { Report } from "../../../lambdas/core/auditing/report.ts";
import { StoreRebuilding } from "../../../lambdas/core/auditing/store.ts";
import type { Kapok } from "../../../lambdas/core/kapok.ts";
import { markRebuilding } from "../../../lambdas/core/store/rebuilding.ts";
import type { Item, Key, Table } from "../../../lambdas/core/store/table.ts";
import { points } from "../../../lambdas/points/scenario.ts";
import { AuditBook } from "../../points/audit-book.ts";
import { playStory } from "../../points/audit-story.ts";
import { Dynoxide } from "../dynoxide.ts";
import { index } from "../index-book.ts";
import { TamperedChain } from "./tampered-chain.ts";

describe("audit: a store", function () {
  this.timeout(60_000);
  let book: AuditBook;
  let dynoxide: Dynoxide;
  let kapok: Kapok;
  let prefixes = 0;

  before(async () => {
    book = await AuditBook.start();
    dynoxide = await Dynoxide.start();
    await playStory(book);
  });
  after(() => {
    book.stop();
    dynoxide.stop();
  });
  beforeEach(async () => {
    kapok = await dynoxide.kapok(`audit${prefixes++}`);
    await index(kapok, book.anvil.chain, book.file);
  });

  async function audited(): Promise<{ report: Report; error: any }> {
    const report = new Report();
    const error = await audit({ chain: book.anvil.chain, scenarios: [points], book: book.file, kapok }, report).then(
      () => undefined,
      (error) => error,
    );
    return { report, error };
  }

  const table = () => kapok.projection("points");

  async function find(table: Table, which: (item: Item) => boolean): Promise<Item> {
    for await (const item of table.everything()) if (which(item)) return item;
    throw new Error("no such row");
  }

  const earned = () => find(table(), ({ row }) => row !== undefined && JSON.parse(row).kind === "earn");
  const position = () => find(table(), ({ pk }) => pk === "positions");
  const leaves = () => find(table(), ({ pk }) => pk.startsWith("batch#"));
  const signer = () => find(kapok.core, ({ pk }) => pk === "signers");
  const operation = (status: string) => {
    return find(
      kapok.core,
      ({ pk, decision }) => pk.startsWith("operation#") && JSON.parse(decision).status === status,
    );
  };

  const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk });

  /** Decides an operation otherwise. */
  async function decide(item: Item, change: (decision: any) => any): Promise<void> {
    await kapok.core.put({ ...item, decision: JSON.stringify(change(JSON.parse(item["decision"]))) });
  }

  /** Lets the row of an earning say otherwise. */
  async function spoilRow(content: Record<string, unknown>): Promise<void> {
    const item = await earned();
    await table().put({ ...item, row: JSON.stringify({ ...JSON.parse(item["row"]), ...content }) });
  }

  it("agrees with the chain, and every row was compared", async () => {
    const { report, error } = await audited();
    expect(error).to.equal(undefined);
    for (const law of Object.values(storeLaws)) expect(report.laws.get(law), law).to.be.greaterThan(0);
  });

  const corruptions: Record<string, { law: string; spoil: () => Promise<void> }> = {
    "a row that is missing": { law: storeLaws.projections, spoil: async () => table().delete(keyOf(await earned())) },
    "a row that nothing made": {
      law: storeLaws.projections,
      spoil: async () => table().put({ ...(await earned()), pk: "member#somebody" }),
    },
    "a row without a place": {
      law: storeLaws.projections,
      spoil: () => table().put({ pk: "positions", sk: "nobody", issued: 7 }),
    },
    "a row with another balance": {
      law: storeLaws.projections,
      spoil: async () => spoilRow({ balance: 1_000_000 }),
    },
    "a row with a field too many": {
      law: storeLaws.projections,
      spoil: async () => spoilRow({ note: "" }),
    },
    "a state that is older than its newest event": {
      law: storeLaws.projections,
      spoil: async () => {
        const { order, blockNumber, ...rest } = await position();
        const older = blockNumber - 1;
        await table().put({
          ...(rest as Item),
          blockNumber: older,
          order: order.replace(`${blockNumber}#`, `${older}#`),
        });
      },
    },
    "other leaves of a batch": {
      law: storeLaws.projections,
      spoil: async () => table().put({ ...(await leaves()), leaves: new Uint8Array(32) }),
    },
    "a signer that speaks no more": {
      law: storeLaws.organisations,
      spoil: async () => kapok.core.put({ ...(await signer()), speaks: false }),
    },
    "a signer that is missing": {
      law: storeLaws.organisations,
      spoil: async () => kapok.core.delete(keyOf(await signer())),
    },
    "a member that nobody admitted": {
      law: storeLaws.organisations,
      spoil: () => kapok.core.put({ pk: "organisations", sk: "stranger", blockNumber: 1, logIndex: 0 }),
    },
    "an operation that is shown as final and was rejected": {
      law: storeLaws.operations,
      spoil: async () => decide(await operation("rejected"), (decision) => ({ ...decision, status: "final" })),
    },
    "an operation with another result": {
      law: storeLaws.operations,
      spoil: async () => decide(await operation("final"), (decision) => ({ ...decision, result: {} })),
    },
    "an operation with another reason": {
      law: storeLaws.operations,
      spoil: async () => {
        await decide(await operation("rejected"), (decision) => ({ ...decision, problem: { name: "zero-points" } }));
      },
    },
    "an operation that the chain decided and the store lacks": {
      law: storeLaws.operations,
      spoil: async () => kapok.core.delete(keyOf(await operation("final"))),
    },
    "an operation that the chain decided and the store holds open": {
      law: storeLaws.operations,
      spoil: async () => {
        const { decision, ...open } = await operation("final");
        await kapok.core.put(open as Item);
      },
    },
    "a decision that the chain never made": {
      law: storeLaws.operations,
      spoil: async () =>
        kapok.core.put({ ...(await operation("final")), pk: "operation#hotel#00000000-0000-8000-8000-000000000000" }),
    },
    "a cursor on another block": {
      law: laws.chain,
      spoil: async () => {
        const cursor = (await kapok.core.get({ pk: "book", sk: "cursor" }))!;
        await kapok.core.put({ ...cursor, hash: `0x${"7".repeat(64)}` });
      },
    },
  };

  for (const [corruption, { law, spoil }] of Object.entries(corruptions)) {
    it(`sees ${corruption}`, async () => {
      await spoil();
      const { error } = await audited();
      expect(error).to.be.instanceOf(LawBroken);
      expect(error.law).to.equal(law);
    });
  }

  it("lets an operation wait that the chain has not decided", async () => {
    await kapok.core.put({
      pk: "operation#hotel#00000000-0000-8000-8000-000000000000",
      sk: "operation",
      scenario: "points",
    });
    expect((await audited()).error).to.equal(undefined);
  });

  it("words of a problem may be those of another version", async () => {
    const { name } = JSON.parse((await operation("rejected"))["decision"]).problem;
    await decide(await operation("rejected"), (decision) => ({
      ...decision,
      problem: { name, detail: "In other words." },
    }));
    expect((await audited()).error).to.equal(undefined);
  });

  it("demands nothing of blocks that the store has not followed yet", async () => {
    const behind = new TamperedChain(book.file.rpcUrl, (method, _, answer) =>
      method === "eth_blockNumber" ? "0x1c" : answer,
    );
    kapok = await dynoxide.kapok(`audit${prefixes++}`);
    await index(kapok, behind, book.file);
    expect((await kapok.core.get({ pk: "book", sk: "cursor" }))?.["blockNumber"]).to.equal(0x1c);
    expect((await audited()).error).to.equal(undefined);
  });

  it("takes rows of a block that is half applied for what they are", async () => {
    const cursor = (await kapok.core.get({ pk: "book", sk: "cursor" }))!;
    const newest = await find(table(), ({ blockNumber }) => blockNumber === cursor["blockNumber"] - 1);
    const { hash, time } = (await book.anvil.chain.block(newest["blockNumber"] - 1)) as { hash: string; time: number };
    await kapok.core.put({ ...cursor, blockNumber: newest["blockNumber"] - 1, hash, time });
    expect((await audited()).error).to.equal(undefined);

    await table().put({ ...newest, time: 0 });
    expect((await audited()).error?.law).to.equal(storeLaws.projections);
  });

  it("is not compared while it is rebuilt", async () => {
    await markRebuilding(kapok.core, "somebody");
    expect((await audited()).error).to.be.instanceOf(StoreRebuilding);
  });
});
