import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { organisationOfSigner } from "../../lambdas/core/chain/signers.ts";
import { RunningKapok, settingsOf } from "../core/running-kapok.ts";
import { Desk, problemOf } from "../points/end-to-end/desk.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { temporaryHome } from "../start/temporary-home.ts";
import { command } from "./command.ts";
import { Load } from "./load.ts";
import { refusedStart } from "./refused-start.ts";

const shop = { id: "shop-d", name: "Shop D", roles: ["points:merchant"] };
const usurper = { id: "usurper", name: "Usurper", roles: ["points:operator"] };

/** How soon whoever looks at one Kapok sees what is final at another, milliseconds. */
const soon = 3000;

describe("Several Kapoks on one book", function () {
  this.timeout(300_000);
  let first: RunningKapok, second: RunningKapok;
  let hotel: Desk, operator: Desk, shopDesk: Desk;
  let book: BookFile;
  let early: string;
  /** The shop's signer. */
  let current: string | undefined;

  before(async () => {
    first = await RunningKapok.start({ settings: settingsOf() });
    hotel = new Desk(first.credentials(), "hotel-a");
    operator = new Desk(first.credentials(), "office");
    book = first.read<BookFile>("book.json");
  });
  after(async () => {
    await second?.remove();
    await first?.remove();
  });

  it("begin with one that joins, tells its signers to whoever asks, and accepts what has to wait", async () => {
    second = await RunningKapok.start({ settings: { book, organisations: [shop, usurper] } });
    expect(second.read<BookFile>("book.json")).to.deep.equal(book);
    for (const { id } of [shop, usurper]) expect(signerOf(id)).to.match(/^0x[0-9a-fA-F]{40}$/);
    shopDesk = new Desk(second.credentials(), shop.id);
    const answer = await shopDesk.post("/v1/points/members", {});
    expect([answer.status, answer.body.operation.status]).to.deep.equal([201, "accepted"]);
    early = answer.body.id;
  });

  it("go on by themselves once the operator has added the signers and started again", async () => {
    const added = [shop, { ...usurper, roles: shop.roles }].map((each) => ({ ...each, signer: signerOf(each.id) }));
    await first.stop();
    expect((await shopDesk.get(`/v1/operations/${early}`)).body.status).to.equal("accepted");
    first = await first.startAgain({
      settings: settingsOf({}, { organisations: [...settingsOf().organisations, ...added] }),
    });
    expect(await shopDesk.decided(early)).to.deep.include({ kind: "enrol", status: "final" });
    expect(second.output.match(/Kapok runs\./g)).to.have.length(1);
    expect(Object.keys(first.credentials().clients.map(({ organisation }) => organisation))).to.have.length(4);
  });

  it("show each other's postings within three seconds, and serve each other's members", async () => {
    const guest = await hotel.enrol();
    await hotel.earn(guest, 500);
    expect(await within(soon, () => shopDesk.balance(guest).catch(() => 0))).to.equal(500);
    await shopDesk.redeem(guest, 120);
    expect(await within(soon, async () => (await hotel.balance(guest)) === 380 && 380)).to.equal(380);

    await shopDesk.earn(early, 77);
    expect(await within(soon, () => hotel.balance(early))).to.equal(77);
    await hotel.redeem(early, 70);
    const rest = await within(soon, async () => (await shopDesk.balance(early)) === 7 && 7);
    expect(rest).to.equal(7);
    expect(await shopDesk.entries(guest)).to.deep.equal(await hotel.entries(guest));
    expect(await shopDesk.entries(early)).to.deep.equal(await hotel.entries(early));
  });

  it("settle together, and each sees what is its own", async () => {
    const { id } = await operator.settle();
    const own = await within(soon, async () => (await shopDesk.get(`/v1/points/settlements/${id}`)).body.statements);
    const all = (await operator.read(`/v1/points/settlements/${id}`)).statements;
    expect(own).to.deep.equal(all.filter(({ organisation }: any) => organisation === shop.id));
    expect(own[0]).to.deep.include({ issued: 77, redeemed: 120 });

    expect((await hotel.get(`/v1/operations/${early}`)).status).to.equal(404);
    const learned = await operator.operation(early);
    expect(learned).to.deep.include({ id: early, kind: "enrol", status: "final" });
    expect((await shopDesk.get(`/v1/operations/${id}`)).status).to.equal(404);
  });

  it("let nobody do what the book does not allow, whatever the settings of a joiner say", async () => {
    const desk = new Desk(second.credentials(), usurper.id);
    expect(problemOf(await desk.settle())).to.equal("role-missing");
    expect(problemOf(await desk.freeze(early))).to.equal("role-missing");
    expect((await hotel.redeem(early, 1)).status).to.equal("final");
  });

  it("give a joiner another signer under load, once the operator has named it, and end the one before", async () => {
    const old = signerOf(shop.id)!;
    const { code, output } = await command("rotate.ts", [shop.id], { KAPOK_HOME: second.home });
    const next = /new signer of shop-d: (0x\w+)/.exec(output)?.[1];
    expect([code, output.includes(`"${old}"`), next !== old], output).to.deep.equal([0, true, true]);
    const status = await command("status.ts", [], { KAPOK_HOME: second.home });
    expect(status.output).to.include(`signer being changed to ${next}, which the book's operator has to name`);

    const guest = await hotel.enrol();
    const load = new Load(shopDesk, guest);
    await shopDesk.earn(guest, 1);
    await first.stop();
    first = await first.startAgain({ settings: naming(next) });
    expect(await within(20_000, async () => !(await speaks(old)) && (await speaks(next)))).to.equal(true);
    await shopDesk.earn(guest, 1);
    const earned = (await load.stop()) + 2;
    expect(await within(soon, async () => (await hotel.balance(guest)) === earned)).to.equal(true);
    const after = await command("status.ts", [], { KAPOK_HOME: second.home });
    expect(after.output).to.include(`signer ${next}`).and.not.include("being changed");
    current = next;
    const audit = await command("audit.ts", [], { KAPOK_HOME: second.home });
    expect(audit.code, audit.output).to.equal(0);
  });

  it("end a signer that the operator had begun to name, was interrupted, and took back", async () => {
    const { address } = privateKeyToAccount(generatePrivateKey());
    const folder = temporaryHome();
    const listener = await CheckpointListener.open(folder.path);
    await first.stop();
    const killed = listener.killAt("administration-journaled-not-broadcast", 2);
    const { home, port } = first;
    await RunningKapok.begin({
      home,
      port,
      settings: naming(address),
      env: { KAPOK_CHECKPOINT_SOCKET: listener.socket },
    });
    await killed;
    listener.close();
    folder.remove();
    first = await first.startAgain({ settings: naming(current) });
    expect([await speaks(address), await speaks(current)]).to.deep.equal([false, true]);
    await first.stop();
    const refused = await refusedStart({ settings: naming(address), home });
    expect(refused).to.include(`the signer ${address} of shop-d was ended, and never speaks again; name another`);
    first = await first.startAgain({ settings: naming(current) });
  });

  it("are not made of another chain's book, nor of other terms, nor of a home that has a book", async () => {
    const genesisHash = `0x${"00".repeat(32)}`;
    const otherChain = await refusedStart({ settings: { book: { ...book, genesisHash }, organisations: [shop] } });
    expect(otherChain).to.match(/does not start.*this book lives on chain 1337 with genesis 0x00/s);

    const terms = { ...settingsOf().points, periods: 5, redeemPricePerThousand: 700 };
    const otherTerms = await refusedStart({ settings: { book, organisations: [shop], points: terms } });
    expect(otherTerms).to.match(/points\.periods is 8 in the book for ever, the settings say 5/);
    expect(otherTerms).to.match(/points\.redeemPricePerThousand is 800 in the book for ever, the settings say 700/);

    const addresses = { ...book.addresses, PointsLedger: book.addresses["Organisations"]! };
    await second.stop();
    const otherBook = await refusedStart({
      settings: { book: { ...book, addresses }, organisations: [shop] },
      home: second.home,
    });
    expect(otherBook).to.include("belongs to another book");
  });

  /** Settings of the first one, with a signer of the shop. */
  function naming(signer: string | undefined) {
    const added = [
      { ...shop, signer },
      { ...usurper, roles: shop.roles, signer: signerOf(usurper.id) },
    ];
    return settingsOf({}, { organisations: [...settingsOf().organisations, ...added] });
  }

  /** Whether a key speaks for anybody. */
  async function speaks(signer: string | undefined): Promise<boolean> {
    const chain = new Chain([book.rpcUrl]);
    return (await organisationOfSigner(chain, book.addresses["Organisations"]!, signer!)) !== undefined;
  }

  /** The address that a joiner prints for one of its organisations. */
  function signerOf(organisation: string): string | undefined {
    return new RegExp(`signer of ${organisation} yet: (0x\\w+)`).exec(second.output)?.[1];
  }
});

/** Asks again until there is an answer that is not nothing, within a time. */
async function within<T>(milliseconds: number, ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer || Date.now() > deadline) return answer;
    await sleep(50);
  }
}
