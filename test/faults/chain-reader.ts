import { toEventSelector } from "viem/utils";
import { post } from "../start/json-rpc.ts";

/** What the chain says of one operation, read by nothing that the product uses. */
export interface OnChain {
  readonly organisation: string;
  readonly id: string;
  readonly status: "final" | "rejected";
  readonly transaction: { hash: string; blockNumber: number; logIndex: number };
}

/** Everything that a book of points ever decided. */
export interface ChainStory {
  readonly operations: OnChain[];
  /** What each member has by the sum of all postings, and by the account's word in the newest event. */
  readonly balances: Map<string, { summed: number; stated: number }>;
}

const signatures = {
  rejected: "OperationRejected(bytes16,bytes)",
  batch: "BatchApplied(bytes32,uint64,bytes32,uint32,uint32)",
  enrolled: "MemberEnrolled(bytes16,uint256)",
  earned: "PointsEarned(bytes16,bytes16,uint256,uint256)",
  redeemed: "PointsRedeemed(bytes16,bytes16,uint256,uint256)",
  earningReversed: "EarningReversed(bytes16,bytes16,bytes16,uint256,uint256,uint256)",
  redemptionReversed: "RedemptionReversed(bytes16,bytes16,bytes16,uint256,uint256)",
  frozen: "MemberFrozen(bytes16,bytes16,uint256)",
  unfrozen: "MemberUnfrozen(bytes16,bytes16,uint256)",
  settled: "SettlementClosed(bytes16,uint64,uint32,int128)",
} as const;
type Kind = keyof typeof signatures;

const kinds = new Map(
  Object.entries(signatures).map(([kind, signature]) => [toEventSelector(signature), kind as Kind]),
);

/** Reads every receipt of every block, one after another, and nothing else. */
export async function readChain(rpcUrl: string, ledger: string): Promise<ChainStory> {
  const story: ChainStory = { operations: [], balances: new Map() };
  const head = Number(await ask(rpcUrl, "eth_blockNumber"));
  for (let first = 0; first <= head; first += 50) {
    const numbers = Array.from({ length: Math.min(50, head - first + 1) }, (_, index) => first + index);
    const blocks = await askAll(
      rpcUrl,
      numbers.map((number) => ["eth_getBlockByNumber", [hex(number), false]]),
    );
    const hashes = blocks.flatMap(({ transactions }) => transactions);
    const receipts = await askAll(
      rpcUrl,
      hashes.map((hash) => ["eth_getTransactionReceipt", [hash]]),
    );
    for (const receipt of receipts) readReceipt(story, receipt, ledger.toLowerCase());
  }
  return story;
}

function readReceipt({ operations, balances }: ChainStory, receipt: any, ledger: string): void {
  let batch: Omit<OnChain, "organisation">[] = [];
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== ledger) continue;
    const kind = kinds.get(log.topics[0]);
    if (!kind) continue;
    if (kind === "batch") {
      const organisation = Buffer.from(log.topics[1].slice(2), "hex").toString("latin1").replace(/\0+$/, "");
      operations.push(...batch.map((operation) => ({ ...operation, organisation })));
      batch = [];
      continue;
    }
    const transaction = {
      hash: receipt.transactionHash,
      blockNumber: Number(receipt.blockNumber),
      logIndex: Number(log.logIndex),
    };
    batch.push({ id: uuid(log.topics[1]), status: kind === "rejected" ? "rejected" : "final", transaction });
    if (kind !== "rejected" && kind !== "settled") readPosting(balances, kind, log);
  }
  if (batch.length > 0) throw new Error(`${receipt.transactionHash} ends amid a batch`);
}

function readPosting(
  balances: ChainStory["balances"],
  kind: Kind,
  { topics, data }: { topics: string[]; data: string },
): void {
  const words = data
    .slice(2)
    .match(/.{64}/g)!
    .map((word) => BigInt(`0x${word}`));
  const member = uuid(kind === "enrolled" ? topics[1]! : topics[2]!);
  const [points = 0n, shortfall = 0n] = words;
  const changes: Partial<Record<Kind, bigint>> = {
    earned: points,
    redeemed: -points,
    earningReversed: shortfall - points,
    redemptionReversed: points,
  };
  const summed = (balances.get(member)?.summed ?? 0) + Number(changes[kind] ?? 0n);
  balances.set(member, { summed, stated: pointsIn(words.at(-1)!) });
}

/** The eight buckets of 28 bits of an account; none of them expires while a test runs. */
function pointsIn(account: bigint): number {
  const buckets = Array.from({ length: 8 }, (_, index) => Number((account >> BigInt(28 * index)) & 0xfffffffn));
  return buckets.reduce((sum, points) => sum + points, 0);
}

function uuid(topic: string): string {
  return topic.slice(2, 34).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const hex = (number: number) => `0x${number.toString(16)}`;

async function ask(url: string, method: string): Promise<string> {
  return (await askAll(url, [[method, []]]))[0];
}

async function askAll(url: string, calls: [string, unknown[]][]): Promise<any[]> {
  const answers: any[] = [];
  for (let at = 0; at < calls.length; at += 20) {
    const some = calls.slice(at, at + 20);
    const body = some.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
    const said: { id: number; result?: unknown }[] = await post(url, body);
    for (const [id, [method]] of some.entries()) {
      const result = said.find((answer) => answer.id === id)?.result;
      if (result === undefined || result === null) throw new Error(`the chain gives no answer to ${method}`);
      answers.push(result);
    }
  }
  return answers;
}
