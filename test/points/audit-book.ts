import { randomBytes } from "node:crypto";
import { encodeDeployData, encodeFunctionData, toFunctionSelector } from "viem/utils";
import type { Abi, Hex } from "viem";
import { accessManagerAbi } from "../../contracts/core/generated/AccessManager.abi.ts";
import { accessManagerCode } from "../../contracts/core/generated/AccessManager.code.ts";
import { organisationsAbi } from "../../contracts/core/generated/Organisations.abi.ts";
import { organisationsCode } from "../../contracts/core/generated/Organisations.code.ts";
import { batchesOf } from "../../lambdas/core/auditing/batches.ts";
import { constantsOf } from "../../lambdas/core/administering/constants.ts";
import { roleId, SIGNER_ROLE } from "../../lambdas/core/administering/roles.ts";
import { organisationHex } from "../../lambdas/core/chain/envelope.ts";
import { leafHash, merklePath } from "../../lambdas/core/chain/merkle.ts";
import type { ReadableLedger } from "../../lambdas/core/indexing/read-block.ts";
import { readableLedger } from "../../lambdas/core/indexing/read-block.ts";
import { uuidBytes, uuidOf } from "../../lambdas/core/operation.ts";
import type { LedgerEvent } from "../../lambdas/core/scenario.ts";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { points } from "../../lambdas/points/scenario.ts";
import { submitCall } from "../../lambdas/core/submitting/batch.ts";
import { Anvil } from "../core/anvil.ts";

/** A period of the book is a thousand seconds. */
export const PERIOD = 1000;

export const settings = {
  currency: "CNY",
  periodSeconds: PERIOD,
  periods: 4,
  issuePricePerThousand: 937,
  redeemPricePerThousand: 811,
  dailyIssueCap: 50_000,
};

export interface Entry {
  kind: keyof typeof codes;
  id?: string;
  member?: string;
  points?: number;
  /** An operation of the same organisation, for a reversal. */
  original?: string;
}

const codes = { enrol: 1, earn: 2, redeem: 3, reverse: 4, freeze: 5, unfreeze: 6, settle: 7, void: 0 };

/** An applied operation, and the leaves of its batch. */
interface Proven {
  code: number;
  details: Uint8Array;
  batch: number;
  index: number;
  leaves: Uint8Array[];
}

/** A book of points on a chain of its own: the real contracts, spoken to without any of Kapok's processes. */
export class AuditBook {
  readonly anvil: Anvil;
  readonly file: BookFile;
  readonly signers: Record<string, string>;
  readonly ledger: ReadableLedger;
  private readonly proven = new Map<string, Proven>();

  private constructor(anvil: Anvil, file: BookFile, signers: Record<string, string>, ledger: ReadableLedger) {
    this.anvil = anvil;
    this.file = file;
    this.signers = signers;
    this.ledger = ledger;
  }

  /** `hotel`, `park` and `both` are merchants; `office` and `both` are operators. */
  static async start(): Promise<AuditBook> {
    const anvil = await Anvil.start();
    const [administrator, ...keys] = (await anvil.accounts()) as [string, ...string[]];
    const deploy = async (abi: Abi, bytecode: Hex, args: readonly unknown[]) => {
      const receipt = await anvil.send(administrator, undefined, encodeDeployData({ abi, bytecode, args }));
      return receipt.contractAddress!;
    };
    const authority = await deploy(accessManagerAbi, accessManagerCode.creation, [administrator]);
    const organisations = await deploy(organisationsAbi, organisationsCode.creation, [authority]);
    const { ledger } = points;
    const constructorArguments = ledger.constructorArguments(settings, { authority, organisations });
    const address = await deploy(ledger.abi, (await ledger.code()).creation, constructorArguments);

    const administrate = (to: string, abi: Abi, functionName: string, args: unknown[]) => {
      return anvil.send(administrator, to, encodeFunctionData({ abi, functionName, args }));
    };
    const submit = [toFunctionSelector("submit(bytes)")];
    await administrate(authority, accessManagerAbi, "setTargetFunctionRole", [address, submit, roleId(SIGNER_ROLE)]);
    const signers: Record<string, string> = {};
    const roles = { hotel: ["merchant"], park: ["merchant"], office: ["operator"], both: ["merchant", "operator"] };
    for (const [name, own] of Object.entries(roles)) {
      const signer = keys.shift()!;
      signers[name] = signer.toLowerCase();
      await administrate(organisations, organisationsAbi, "admit", [organisationHex(name), `The ${name}`]);
      await administrate(organisations, organisationsAbi, "grantSigner", [organisationHex(name), signer]);
      for (const role of [SIGNER_ROLE, ...own.map((role) => `points:${role}`)]) {
        await administrate(authority, accessManagerAbi, "grantRole", [roleId(role), signer, 0]);
      }
    }
    const addresses = { AccessManager: authority, Organisations: organisations, PointsLedger: address };
    const genesisHash = (await anvil.chain.block(0))!.hash;
    const constants = await constantsOf(anvil.chain, [points], addresses);
    const readable = readableLedger(points, address, constants["points"]!);
    const file = { rpcUrl: anvil.url, chainId: 1337, genesisHash, addresses, startBlock: 1 };
    return new AuditBook(anvil, file, signers, readable);
  }

  /** Sends one batch, mined in a block of its own. */
  async submit(organisation: string, ...entries: Entry[]): Promise<void> {
    const packed = entries.map((entry) => {
      return { code: codes[entry.kind], operation: entry.id ?? newId(), body: this.bodyOf(organisation, entry) };
    });
    const receipt = await this.anvil.send(this.signers[organisation]!, this.ledger.address, submitCall(packed));
    const block = (await this.anvil.chain.block(receipt.blockNumber))!;
    for (const { events, number } of batchesOf(this.ledger, block, receipt))
      this.keepProofs(organisation, number, events);
  }

  /** Ends what an organisation's signer may do. */
  async revoke(organisation: string): Promise<void> {
    const [administrator] = await this.anvil.accounts();
    const args = [this.signers[organisation] as Hex] as const;
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "revokeSigner", args });
    await this.anvil.send(administrator!, this.file.addresses["Organisations"], data);
  }

  /** Whether an operation was applied, and not rejected. */
  applied(organisation: string, id: string): boolean {
    return this.proven.has(`${organisation} ${id}`);
  }

  passTime(seconds: number): Promise<void> {
    return this.anvil.passTime(seconds);
  }

  /** The next block's time. Seconds since 1970. */
  async passTo(time: number): Promise<void> {
    await this.anvil.chain.request("evm_setNextBlockTimestamp", [time]);
  }

  /** When the next day of UTC+8 begins, in seconds since 1970. */
  async nextMidnight(): Promise<number> {
    const { time } = (await this.anvil.chain.block(await this.anvil.chain.head()))!;
    return (Math.floor((time + 8 * 3600) / 86_400) + 1) * 86_400 - 8 * 3600;
  }

  stop(): void {
    this.anvil.stop();
  }

  private keepProofs(organisation: string, batch: number, events: LedgerEvent[]): void {
    const leaves: Uint8Array[] = [];
    for (const event of events) {
      const applied = points.ledger.applied(event);
      if (!applied) continue;
      const { operation, code, details } = applied;
      const index = leaves.length;
      leaves.push(leafHash({ organisation, batch, index, code, operation: uuidBytes(operation), details }));
      this.proven.set(`${organisation} ${operation}`, { code, details, batch, index, leaves });
    }
  }

  private bodyOf(organisation: string, { kind, member, points = 0, original }: Entry): Uint8Array {
    if (kind === "reverse") return this.reversalOf(organisation, original!, points);
    if (member === undefined) return new Uint8Array(0);
    return kind === "earn" || kind === "redeem"
      ? Buffer.concat([uuidBytes(member), uint32(points)])
      : uuidBytes(member);
  }

  private reversalOf(organisation: string, original: string, points: number): Uint8Array {
    const { code, details, batch, index, leaves } = this.proven.get(`${organisation} ${original}`)!;
    const place = Buffer.alloc(12);
    place.writeBigUInt64BE(BigInt(batch));
    place.writeUInt32BE(index, 8);
    const head = [Uint8Array.of(code), uuidBytes(original), place, details, uint32(points)];
    return Buffer.concat([...head, ...merklePath(leaves, index)]);
  }
}

export const newId = () => uuidOf(randomBytes(16));

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
