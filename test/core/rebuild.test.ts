import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Front } from "../../lambdas/core/accepting/front.ts";
import { audit } from "../../lambdas/core/auditing/audit.ts";
import { Report } from "../../lambdas/core/auditing/report.ts";
import { ChainError } from "../../lambdas/core/chain/chain.ts";
import { Indexer } from "../../lambdas/core/indexing/indexer.ts";
import { rebuild, RebuildOvertaken } from "../../lambdas/core/indexing/rebuild.ts";
import type { Kapok } from "../../lambdas/core/kapok.ts";
import { Problem } from "../../lambdas/core/problem.ts";
import { readBook, readCursor, takeIndexer } from "../../lambdas/core/store/book.ts";
import { isRebuilding, markRebuilding } from "../../lambdas/core/store/rebuilding.ts";
import type { Item, Table } from "../../lambdas/core/store/table.ts";
import { pause } from "../../lambdas/core/store/table.ts";
import { points } from "../../lambdas/points/scenario.ts";
import { AuditBook, newId } from "../points/audit-book.ts";
import { playStory } from "../points/audit-story.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { TamperedChain } from "./auditing/tampered-chain.ts";
import { Dynoxide } from "./dynoxide.ts";
import { index } from "./index-book.ts";
import { RunningKapok, settingsOf } from "./running-kapok.ts";

describe("Rebuilding the projections", function () {
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
    kapok = await dynoxide.kapok(`rebuild${prefixes++}`);
    await index(kapok, book.anvil.chain, book.file);
  });

  async function itemsOf(table: Table): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of table.everything()) items.push(item);
    return items.sort((one, other) => (`${one.pk} ${one.sk}` < `${other.pk} ${other.sk}` ? -1 : 1));
  }

  /** All that the store holds, without the row of the indexer's lease. */
  async function contents(): Promise<Item[]> {
    const core = (await itemsOf(kapok.core)).filter(({ pk, sk }) => pk !== "book" || sk !== "indexer");
    return [...core, ...(await itemsOf(kapok.projection("points")))];
  }

  const read = () => new Front(kapok, () => {}).facade("points").rows("positions");

  async function expectAgreement(): Promise<void> {
    await audit({ chain: book.anvil.chain, scenarios: [points], book: book.file, kapok }, new Report());
  }

  it("ends with what was there, and touches nothing else", async () => {
    const before = await contents();
    const { tables, firstBlock, lastBlock } = await rebuild(kapok, book.anvil.chain, 0);
    expect(await contents()).to.deep.equal(before);
    expect(tables.map(({ name, dropped }) => [name, dropped > 0])).to.deep.equal(
      kapok.tables().map(({ name }) => [name, true]),
    );
    expect([firstBlock, lastBlock]).to.deep.equal([1, await book.anvil.chain.head()]);
    await expectAgreement();
  });

  it("heals whatever was wrong", async () => {
    const before = await contents();
    const table = kapok.projection("points");
    const [first, second, ...others] = (await itemsOf(table)) as [Item, Item, ...Item[]];
    await table.delete({ pk: first.pk, sk: first.sk });
    await table.put({ ...second, balance: 7 });
    await table.put({ ...others.find(({ order }) => order)!, order: "999999999999#000000" });
    await table.put({ pk: "member#nobody", sk: "at#000000000001#000000" });
    await kapok.core.put({ pk: "signers", sk: "0x00", speaks: true });
    await rebuild(kapok, book.anvil.chain, 0);
    expect(await contents()).to.deep.equal(before);
  });

  it("goes up to the cursor and leaves the rest to the indexer", async () => {
    const behind = new TamperedChain(book.file.rpcUrl, (method, _, answer) =>
      method === "eth_blockNumber" ? "0x1c" : answer,
    );
    kapok = await dynoxide.kapok(`rebuild${prefixes++}`);
    await index(kapok, behind, book.file);
    const before = await contents();
    expect((await rebuild(kapok, book.anvil.chain, 0)).lastBlock).to.equal(0x1c);
    expect(await contents()).to.deep.equal(before);

    await index(kapok, book.anvil.chain, book.file);
    await expectAgreement();
  });

  it("finishes after it was stopped halfway; readers are refused until then, and operations go on", async () => {
    const before = await contents();
    const broken = new TamperedChain(book.file.rpcUrl, (method, [block], answer) => {
      if (method === "eth_getBlockByNumber" && BigInt(block) > 0x1cn) throw new ChainError(method, "killed");
      return answer;
    });
    const attempt = rebuild(kapok, broken).catch((error) => error);
    await pause(1000);
    expect(await takeIndexer(kapok.core, "the indexer", 1000)).to.equal(undefined);
    expect(await refusal(read())).to.equal("learning-from-chain");
    expect(await attempt).to.be.instanceOf(Error);
    expect(await isRebuilding(kapok.core)).to.equal(true);
    expect(await refusal(read())).to.equal("learning-from-chain");
    expect(await takeIndexer(kapok.core, "the indexer", 1000)).to.not.equal(undefined);

    await rebuild(kapok, book.anvil.chain, 0);
    expect(await contents()).to.deep.equal(before);
    expect((await read()).rows).to.have.length(3);
  });

  it("agrees with the chain when the indexer was at work all the time", async () => {
    const stop = new AbortController();
    const facts = async () => (await readBook(kapok.core))!;
    const running = new Indexer(kapok, book.anvil.chain, facts, 20).run(stop.signal);
    const [member, guests] = [newId(), Array.from({ length: 30 }, newId)];
    await book.submit("hotel", { kind: "enrol", id: member });

    const rebuilding = rebuild(kapok, book.anvil.chain, 1000);
    for (const guest of guests) {
      await book.submit("hotel", { kind: "enrol", id: guest }, { kind: "earn", id: newId(), member, points: 3 });
      await pause(150);
    }
    await rebuilding;
    const head = await book.anvil.chain.head();
    while (((await readCursor(kapok.core))?.blockNumber ?? 0) < head) await pause(50);
    await expectAgreement();
    stop.abort();
    await running;
  });

  it("is taken over by another rebuild", async () => {
    const slow = new TamperedChain(book.file.rpcUrl, async (_method, _params, answer) => {
      await pause(1500);
      return answer;
    });
    const first = rebuild(kapok, slow, 0).catch((error) => error);
    while (!(await isRebuilding(kapok.core))) await pause(50);
    await markRebuilding(kapok.core, "another one");
    expect(await first).to.be.instanceOf(RebuildOvertaken);
    expect(await isRebuilding(kapok.core)).to.equal(true);
  });
});

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (error) => error,
  );
  return error instanceof Problem ? error.problem : `answered, or ${error}`;
}

describe("Rebuilding beneath a running Kapok", function () {
  this.timeout(120_000);
  let kapok: RunningKapok;
  let listener: CheckpointListener;

  before(async () => {
    kapok = await RunningKapok.start({ settings: settingsOf() });
    listener = await CheckpointListener.open(kapok.home);
  });
  after(async () => {
    listener.close();
    await kapok.remove();
  });

  /** Runs `npm run NAME` to its end. */
  async function command(name: string, args: string[] = [], more: NodeJS.ProcessEnv = {}) {
    const file = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, KAPOK_HOME: kapok.home, ...more },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  }

  it("is killed halfway, refuses readers, and finishes when it is run again", async () => {
    const hotel = kapok.client("hotel-a");
    const { body: guest } = await hotel.post("/v1/points/members", {}, { wait: 15 });
    await hotel.post("/v1/points/earnings", { member: guest.id, points: 500 }, { wait: 15 });
    const member = `/v1/points/members/${guest.id}`;
    const before = await hotel.get(member);
    expect(before.body.balance).to.equal(500);

    const kill = listener.killAt("projections-dropped-not-rebuilt", 1, async () => {
      const refused = await hotel.get(member);
      expect([refused.status, refused.body.type.split("/").at(-1)]).to.deep.equal([503, "learning-from-chain"]);
    });
    const killed = command("rebuild", [], { KAPOK_CHECKPOINT_SOCKET: listener.socket });
    await kill;
    expect((await killed).code).to.equal(null);
    expect((await hotel.get(member)).status).to.equal(503);
    expect((await command("audit")).code).to.equal(2);

    const earned = await hotel.post("/v1/points/earnings", { member: guest.id, points: 7 }, { wait: 20 });
    expect([earned.status, earned.body.result.balance]).to.deep.equal([200, 507]);

    const { code, output } = await command("rebuild");
    expect(code, output).to.equal(0);
    await pause(1100);
    expect((await hotel.get(member)).body.balance).to.equal(507);
    const audited = await command("audit");
    expect(audited.code, audited.output).to.equal(0);
    expect(audited.output).to.contain("Everything agrees.");
  });

  it("is audited by any member with a book.json alone", async () => {
    const file = join(kapok.home, "book.json");
    const { code, output } = await command("audit", ["--book", file], { KAPOK_HOME: "/nowhere" });
    expect(code, output).to.equal(0);
    expect(output).not.to.contain("store 1");
  });
});
