/** A points book on a chain inside this process, for measuring and testing: real contracts, real transactions. */
import hre, { network } from "hardhat";
import {
  type Abi,
  type Address,
  type Hex,
  concat,
  createTestClient,
  custom,
  encodePacked,
  keccak256,
  numberToHex,
  parseEventLogs,
  publicActions,
  stringToHex,
  toFunctionSelector,
  toHex,
  walletActions,
} from "viem";

export const kinds = { void: 0, enrol: 1, earn: 2, redeem: 3, reverse: 4, freeze: 5, unfreeze: 6, settle: 7 } as const;

export const programme = {
  currency: stringToHex("CNY"),
  issuePrice: 900,
  redeemPrice: 800,
  periodSeconds: 7_776_000,
  periods: 8,
  dailyIssueCap: 2n ** 40n,
};

export type Programme = typeof programme;

export type Sandbox = Awaited<ReturnType<typeof openSandbox>>;

/** @param merchants names of organisations with the role of a merchant; `operator` and `both` are always there */
export async function openSandbox(options: Partial<Programme> = {}, merchants = ["hotel", "park"]) {
  const { provider } = await network.create();
  const client = createTestClient({ mode: "hardhat", transport: custom(provider) })
    .extend(publicActions)
    .extend(walletActions);
  const [administrator, ...signers] = (await client.getAddresses()) as [Address, ...Address[]];

  async function deploy(name: string, args: unknown[]) {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const parameters = { account: administrator, chain: null, abi: abi as Abi, bytecode: bytecode as Hex, args };
    const receipt = await client.waitForTransactionReceipt({ hash: await client.deployContract(parameters) });
    return { address: receipt.contractAddress!, abi: abi as Abi };
  }

  async function send(contract: Contract, account: Address, functionName: string, args: unknown[], gas?: bigint) {
    const hash = await client.writeContract({ account, chain: null, ...contract, functionName, args, gas });
    return client.waitForTransactionReceipt({ hash });
  }

  async function read(contract: Contract, functionName: string, args: unknown[] = []): Promise<any> {
    return client.readContract({ ...contract, functionName, args });
  }

  const authority = await deploy("AccessManager", [administrator]);
  const organisations = await deploy("Organisations", [authority.address]);
  const ledger = await deploy("PointsLedger", [authority.address, organisations.address, { ...programme, ...options }]);

  const submitRole = [ledger.address, [toFunctionSelector("submit(bytes)")], roleId("core:signer")];
  await send(authority, administrator, "setTargetFunctionRole", submitRole);

  const signerOf: Record<string, Address> = {};
  async function join(name: string, roles: string[]) {
    const signer = signers.shift()!;
    await send(organisations, administrator, "admit", [organisationId(name), name]);
    await send(organisations, administrator, "grantSigner", [organisationId(name), signer]);
    for (const role of ["core:signer", ...roles]) {
      await send(authority, administrator, "grantRole", [roleId(role), signer, 0]);
    }
    signerOf[name] = signer;
  }
  for (const name of merchants) await join(name, ["points:merchant"]);
  await join("operator", ["points:operator"]);
  await join("both", ["points:merchant", "points:operator"]);

  /** Sends one batch and returns its gas and its events, in order. */
  async function submit(organisation: string, entries: Entry[]) {
    const packed = entries.length === 0 ? "0x" : concat(entries.map(pack));
    const receipt = await send(ledger, signerOf[organisation]!, "submit", [packed]);
    return { gas: receipt.gasUsed, events: parseEventLogs({ abi: ledger.abi, logs: receipt.logs }) as Event[] };
  }

  /** The period of the latest block. */
  async function period() {
    const { timestamp } = await client.getBlock();
    const start: bigint = await read(ledger, "start");
    return Number((timestamp - start) / BigInt({ ...programme, ...options }.periodSeconds));
  }

  return {
    client,
    administrator,
    authority,
    organisations,
    ledger,
    signerOf,
    deploy,
    join,
    send,
    submit,
    organisationId,
    read: (functionName: string, args?: unknown[]) => read(ledger, functionName, args),
    balances: (members: Hex[]): Promise<bigint[]> =>
      Promise.all(members.map((member) => read(ledger, "balanceOf", [member]))),
    period,
    passTime: (seconds: number) => client.increaseTime({ seconds }),
  };
}

interface Contract {
  address: Address;
  abi: Abi;
}

export interface Event {
  eventName: string;
  args: Record<string, any>;
}

export interface Entry {
  kind: number;
  operation: Hex;
  body: Hex;
}

let operations = 0n;

/** An operation id that no other call returned; it looks random, and is the same in every run. */
export function nextOperation(): Hex {
  return keccak256(numberToHex(operations++)).slice(0, 34) as Hex;
}

export function entry(kind: number, body: Hex = "0x", operation = nextOperation()): Entry {
  return { kind, operation, body };
}

export const enrol = () => entry(kinds.enrol);
export const earn = (member: Hex, points: number) => entry(kinds.earn, posting(member, points));
export const redeem = (member: Hex, points: number) => entry(kinds.redeem, posting(member, points));
export const freeze = (member: Hex) => entry(kinds.freeze, member);
export const unfreeze = (member: Hex) => entry(kinds.unfreeze, member);
export const settle = () => entry(kinds.settle);

/** What the contract applied, as its leaf says it. */
export interface Applied {
  kind: number;
  operation: Hex;
  batch: bigint;
  index: number;
  member: Hex;
  points: number;
  period: number;
}

export function reverse(original: Applied, points: number, proof: Hex[]): Entry {
  const { kind, operation, batch, index, member, points: all, period } = original;
  const said = encodePacked(
    ["uint8", "bytes16", "uint64", "uint32", "bytes16", "uint32", "uint32", "uint32"],
    [kind, operation, batch, index, member, all, period, points],
  );
  return entry(kinds.reverse, concat([said, ...proof]));
}

/** The leaf's hash, written down once more from the prose of the interface alone. */
export function leafOf(organisation: string, { batch, index, kind, operation, member, points, period }: Applied): Hex {
  const packed = encodePacked(
    ["bytes32", "uint64", "uint32", "uint8", "bytes16", "bytes16", "uint32", "uint32"],
    [organisationId(organisation), batch, index, kind, operation, member, points, period],
  );
  return keccak256(keccak256(packed));
}

export function rootOf(leaves: Hex[]): Hex {
  let level = leaves;
  while (level.length > 1) level = above(level);
  return level[0]!;
}

export function proofOf(leaves: Hex[], index: number): Hex[] {
  const proof: Hex[] = [];
  for (let level = leaves, at = index; level.length > 1; level = above(level), at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) proof.push(sibling);
  }
  return proof;
}

function above(level: Hex[]): Hex[] {
  const pairs: Hex[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index]!, level[index + 1]];
    pairs.push(right === undefined ? left : keccak256(concat(left < right ? [left, right] : [right, left])));
  }
  return pairs;
}

export function organisationId(name: string): Hex {
  return stringToHex(name, { size: 32 });
}

export function roleId(name: string): bigint {
  return BigInt(keccak256(stringToHex(name)).slice(0, 18));
}

function posting(member: Hex, points: number): Hex {
  return encodePacked(["bytes16", "uint32"], [member, points]);
}

function pack({ kind, operation, body }: Entry): Hex {
  return concat([toHex(kind, { size: 1 }), operation, toHex((body.length - 2) / 2, { size: 2 }), body]);
}
