import { constantsOf } from "../administering/constants.ts";
import type { Block, Chain } from "../chain/chain.ts";
import { leafHash } from "../chain/merkle.ts";
import { walk } from "../chain/walk.ts";
import type { ReadableLedger } from "../indexing/read-block.ts";
import { readableLedger } from "../indexing/read-block.ts";
import type { Kapok } from "../kapok.ts";
import type { Scenario } from "../scenario.ts";
import type { BookFile } from "../store/book.ts";
import { pause } from "../store/table.ts";
import { LawBroken } from "./book.ts";
import type { Decided } from "./envelope.ts";
import { EnvelopeAudit } from "./envelope.ts";
import { laws, storeLaws } from "./laws.ts";
import { Members } from "./members.ts";
import { PinnedBlock, StateForgotten } from "./pinned-block.ts";
import type { Report } from "./report.ts";
import { StoreAudit } from "./store.ts";

/** State is read when the replay is this close to the head, before nodes forget it. */
const NEAR = 2;
const ATTEMPTS = 5;
/** How long a node may lag behind what the store has followed already. */
const LAG_MILLISECONDS = 60_000;

/** What is audited. */
export interface Audited {
  chain: Chain;
  scenarios: readonly Scenario[];
  book: Omit<BookFile, "rpcUrl">;
  /** Its store is compared too. */
  kapok?: Kapok;
}

/**
 * Replays the book from the chain alone, every block from its first, and compares what the events say with every law,
 * with the contracts' state at one recent block, and with the store where one is at hand.
 * @param report what was checked so far, also where a law is broken
 * @throws LawBroken at the first difference, in chain order
 */
export async function audit({ chain, scenarios, book, kapok }: Audited, report: Report): Promise<void> {
  for (const law of [...Object.values(laws), ...(kapok ? Object.values(storeLaws) : [])]) report.checked(law, 0);
  await checkIdentity(chain, book, report);
  const constants = await constantsOf(chain, scenarios, book.addresses);
  const ledgers = scenarios.map((scenario) => {
    return readableLedger(scenario, book.addresses[scenario.ledger.contract]!, constants[scenario.name]!);
  });
  const store = kapok && (await StoreAudit.open(kapok, ledgers, book.addresses["Organisations"]!, report.checked));
  const replay = await Replay.begin(chain, book, ledgers, store, report);

  await replay.reach(store?.blockNumber ?? book.startBlock);
  store?.finish();
  await replay.compareState();
}

async function checkIdentity(chain: Chain, book: Omit<BookFile, "rpcUrl">, report: Report): Promise<void> {
  const [chainId, genesis] = [await chain.chainId(), await chain.block(0)];
  if (chainId !== book.chainId || genesis?.hash !== book.genesisHash) {
    const found = `the node is on chain ${chainId} with genesis ${genesis?.hash}`;
    throw new LawBroken(laws.chain, `${found}, the book on ${book.chainId} with ${book.genesisHash}`);
  }
  report.checked(laws.chain);
}

/** The replay, which goes on from where it stood whenever newer blocks are needed. */
class Replay {
  private readonly chain: Chain;
  private readonly book: Omit<BookFile, "rpcUrl">;
  private readonly members: Members;
  private readonly envelopes: EnvelopeAudit[];
  private readonly store: StoreAudit | undefined;
  private readonly report: Report;
  private last: Block | undefined;

  private constructor(
    chain: Chain,
    book: Omit<BookFile, "rpcUrl">,
    members: Members,
    envelopes: EnvelopeAudit[],
    store: StoreAudit | undefined,
    report: Report,
  ) {
    this.chain = chain;
    this.book = book;
    this.members = members;
    this.envelopes = envelopes;
    this.store = store;
    this.report = report;
  }

  static async begin(
    chain: Chain,
    book: Omit<BookFile, "rpcUrl">,
    ledgers: ReadableLedger[],
    store: StoreAudit | undefined,
    report: Report,
  ): Promise<Replay> {
    const { checked } = report;
    const members = new Members(book.addresses["Organisations"]!, checked);
    const decided: Decided = new Map();
    const envelopes: EnvelopeAudit[] = [];
    for (const ledger of ledgers) {
      const own = await ledger.scenario.ledger.audit({ constants: ledger.constants, leafHash, checked });
      envelopes.push(new EnvelopeAudit(ledger, members, decided, own, checked));
    }
    return new Replay(chain, book, members, envelopes, store, report);
  }

  /** Replays until the head is near, and at least up to `block`. */
  async reach(block: number): Promise<void> {
    const until = Date.now() + LAG_MILLISECONDS;
    for (;;) {
      const head = await this.chain.head();
      await this.replayTo(head);
      if (head >= block && (await this.chain.head()) - head <= NEAR) return;
      if (head < block && Date.now() > until) throw new Error(`the node is at block ${head}, the store at ${block}`);
      if (head < block) await pause(1000);
    }
  }

  /** Compares the contracts' state after the last block; a newer one where the node forgot it meanwhile. */
  async compareState(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const block = new PinnedBlock(this.chain, this.last!);
      try {
        await this.members.state(block);
        for (const envelope of this.envelopes) await envelope.state(block, this.book.addresses);
        this.report.state(this.last!, block.tally);
        break;
      } catch (error) {
        if (!(error instanceof StateForgotten) || attempt === ATTEMPTS) throw error;
        await pause(1000);
        await this.reach(this.book.startBlock);
      }
    }
    for (const envelope of this.envelopes) await envelope.roots(() => this.pinNewest());
  }

  private async replayTo(head: number): Promise<void> {
    const first = this.last ? this.last.number + 1 : this.book.startBlock;
    for await (const full of walk(this.chain, first, head, this.last)) {
      for (const receipt of full.receipts) {
        this.members.hear(full.block, receipt);
        for (const envelope of this.envelopes) envelope.hear(full.block, receipt);
      }
      this.store?.hear(full);
      this.last = full.block;
      this.report.block(full.block, this.members, this.envelopes);
    }
  }

  private async pinNewest(): Promise<PinnedBlock> {
    const block = await this.chain.block(await this.chain.head());
    if (!block) throw new Error("the node does not have the block that it calls its newest");
    return new PinnedBlock(this.chain, block);
  }
}
