import { randomUUID } from "node:crypto";
import { getContractAddress } from "viem/utils";
import type { Hex } from "viem";
import type { ContractCode } from "./contract-code.ts";
import { isThere } from "./contract-code.ts";
import type { Chain, Receipt } from "../chain/chain.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Signer } from "../signing/keys.ts";
import type { Entry } from "../store/journal.ts";
import { BytesMissing, closeEntry, journalEntry, readBytes, readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import {
  ADMINISTRATOR,
  changeLane,
  createLane,
  decideNonce,
  readLane,
  releaseLane,
  stillOwned,
  takeLane,
  useNonce,
} from "../store/lanes.ts";
import type { Action, Table } from "../store/table.ts";
import { pause } from "../store/table.ts";
import { sign } from "../submitting/transaction.ts";

const POLL_MILLISECONDS = 150;
/** So many looks in a row, three seconds apart, must find the nonce used and no receipt. */
const TAKEN_LOOKS = 5;
/** Contracts are an administrator's first works: none is looked for behind so many. */
const LATEST_CREATION = 64;
/** Price is zero, so gas limits are generous. */
const CALL_GAS = 1_000_000;
const CREATION_GAS = 1_000_000;
const GAS_PER_CREATION_BYTE = 240;

type MinedReceipt = Receipt & { blockNumber: number };

/** A transaction of the administrator that the chain mined and reverted. */
export class AdministrationReverted extends Error {
  constructor(purpose: string, hash: string) {
    super(`${purpose}: the chain reverted ${hash}. Is this key the administrator of the book?`);
    this.name = "AdministrationReverted";
  }
}

/** Somebody else administers this book right now. */
export class AdministratorBusy extends Error {
  constructor() {
    super("the administrator's lane has another owner; try again in a few seconds");
    this.name = "AdministratorBusy";
  }
}

/** What the administrator wants done once; the caller checks beforehand whether it was. */
export interface Step {
  /** Names the step in the journal: a step that was journaled and not seen through is found by it, not signed again. */
  purpose: string;
  /** Absent for the creation of a contract. */
  to?: string;
  data: Hex;
  /** The contract that it creates; its address is kept before the journal forgets the step. */
  creates?: string;
}

/** The one key that administers a book, with a lane and a journal of its own, one transaction at a time. */
export class Administrator {
  private readonly table: Table;
  private readonly chain: Chain;
  private readonly signer: Signer;
  private readonly chainId: number;
  private lane: Lane;

  private constructor(table: Table, chain: Chain, signer: Signer, chainId: number, lane: Lane) {
    this.table = table;
    this.chain = chain;
    this.signer = signer;
    this.chainId = chainId;
    this.lane = lane;
  }

  get address(): string {
    return this.signer.address;
  }

  /**
   * Takes the administrator's lane and sees through what its journal holds.
   * @param owner takes the lane from itself at once, where one that died under the same name left it
   * @throws AdministratorBusy
   */
  static async open(table: Table, chain: Chain, signer: Signer, owner: string = randomUUID()): Promise<Administrator> {
    await createLane(table, { organisation: ADMINISTRATOR, signer: signer.address, incarnation: "" });
    const lane = await takeLane(table, ADMINISTRATOR, owner);
    if (!lane) throw new AdministratorBusy();
    const administrator = new Administrator(table, chain, signer, await chain.chainId(), lane);
    for (const entry of await readJournal(table, ADMINISTRATOR)) {
      await administrator.seeThrough(entry).catch((error) => administrator.forget(entry, error));
    }
    await administrator.catchUp();
    return administrator;
  }

  /** An entry whose bytes were lost is as good as none: whoever asked for the step finds out what is left to do. */
  private async forget(entry: Entry, error: unknown): Promise<void> {
    if (!(error instanceof BytesMissing)) throw error;
    await this.table.transact([stillOwned(this.table, this.lane), ...closeEntry(this.table, ADMINISTRATOR, entry)]);
  }

  async close(): Promise<void> {
    await releaseLane(this.table, this.lane);
  }

  /** The journal is empty: the next nonce is the chain's, which after a loss may have used more or fewer than the lane. */
  private async catchUp(): Promise<void> {
    const { decidedNonce = 0 } = (await readLane(this.table, ADMINISTRATOR)) ?? {};
    const nextNonce = Math.max(await this.chain.usedNonces(this.signer.address), decidedNonce);
    if (nextNonce !== this.lane.nextNonce) this.lane = await changeLane(this.table, this.lane, { nextNonce });
  }

  /** Where a step of this administrator created a contract, if one did. */
  async created(contract: string): Promise<{ address: string; blockNumber: number } | undefined> {
    const item = await this.table.get({ pk: "administrator", sk: `created#${contract}` });
    return item as unknown as { address: string; blockNumber: number } | undefined;
  }

  /**
   * Looks on the chain for a contract that this key created and no row tells of, since the store was lost: the address of
   * what a key creates follows from its nonce.
   */
  async findCreated(contract: string, code: ContractCode): Promise<void> {
    if (await this.created(contract)) return;
    const used = Math.min(this.lane.nextNonce, LATEST_CREATION);
    for (let nonce = 0; nonce < used; nonce++) {
      const address = getContractAddress({ from: this.signer.address as Hex, nonce: BigInt(nonce) }).toLowerCase();
      // Nobody knows in which block it was made: whoever reads the book reads from the beginning.
      if (await isThere(this.chain, address, code))
        return this.table.transact([this.keepCreated(contract, address, 0)]);
    }
  }

  /** The address of the contract that the step after `steps` others would create now. */
  nextAddress(steps: number): string {
    return getContractAddress({ from: this.signer.address as Hex, nonce: BigInt(this.lane.nextNonce + steps) });
  }

  /**
   * Performs what is left to do until nothing is: a step is not done where another transaction took its nonce.
   * @throws AdministrationReverted
   */
  async seeDone(left: () => Promise<Step[]>): Promise<void> {
    for (let steps = await left(); steps.length > 0; steps = await left()) {
      try {
        await this.perform(steps);
      } catch (error) {
        // A node that lags may have asked for what was done already, which then reverts.
        if (!(error instanceof AdministrationReverted) || (await left()).length > 0) throw error;
      }
    }
  }

  /**
   * Signs, journals and broadcasts steps one after another, and waits until blocks hold them all, for as long as that
   * takes. A step may rely on those before it.
   * @throws AdministrationReverted
   */
  private async perform(steps: Step[]): Promise<void> {
    const entries: Entry[] = [];
    for (const step of steps) entries.push(await this.submit(step));
    for (const entry of entries) await this.seeThrough(entry);
  }

  private async submit({ purpose, to, data, creates }: Step): Promise<Entry> {
    const nonce = this.lane.nextNonce;
    const gas = to ? CALL_GAS : CREATION_GAS + (data.length / 2) * GAS_PER_CREATION_BYTE;
    const { hash, bytes } = await sign(this.signer, { chainId: this.chainId, nonce, data, gas, ...(to && { to }) });
    const named = creates ? `${purpose} #${creates}` : purpose;
    const entry: Entry = { nonce, scenario: "", ids: [], queued: [], candidates: [{ hash, count: 0 }], purpose: named };
    await this.table.transact([
      useNonce(this.table, this.lane),
      ...journalEntry(this.table, ADMINISTRATOR, entry, bytes),
    ]);
    this.lane = { ...this.lane, nextNonce: nonce + 1 };
    await checkpoint("administration-journaled-not-broadcast");
    await this.chain.broadcast(bytes).catch(() => {});
    return entry;
  }

  private async seeThrough(entry: Entry): Promise<void> {
    const { nonce, purpose = "administration" } = entry;
    const { hash } = entry.candidates[0]!;
    const bytes = await readBytes(this.table, ADMINISTRATOR, nonce, 0);
    if (!bytes) return;
    await this.chain.broadcast(bytes).catch(() => {});
    const receipt = await this.mined(hash, nonce, bytes);
    const contract = purpose.split(" #")[1];
    const made = receipt?.status === 1 && contract ? receipt : undefined;
    await this.table.transact([
      decideNonce(this.table, this.lane, nonce),
      ...closeEntry(this.table, ADMINISTRATOR, entry),
      ...(made ? [this.keepCreated(contract!, made.contractAddress!, made.blockNumber)] : []),
    ]);
    if (receipt?.status === 0) throw new AdministrationReverted(purpose, hash);
  }

  private keepCreated(contract: string, address: string, blockNumber: number): Action {
    const Item = { pk: "administrator", sk: `created#${contract}`, address, blockNumber };
    return { Put: { TableName: this.table.name, Item } };
  }

  /**
   * The receipt, or undefined where another transaction took the nonce. Two answers may be those of two nodes, of which
   * one lags: only what stays so is believed.
   */
  private async mined(hash: string, nonce: number, bytes: Uint8Array): Promise<MinedReceipt | undefined> {
    let taken = 0;
    for (let turn = 1; taken < TAKEN_LOOKS; turn++) {
      const receipt = await this.chain.receipt(hash).catch(() => undefined);
      if (receipt) return receipt;
      if (turn % 20 === 0) {
        this.lane = await changeLane(this.table, this.lane, {});
        const used = await this.chain.usedNonces(this.signer.address).catch(() => 0);
        taken = used > nonce ? taken + 1 : 0;
        await this.chain.broadcast(bytes).catch(() => {});
      }
      await pause(POLL_MILLISECONDS);
    }
    return undefined;
  }
}
