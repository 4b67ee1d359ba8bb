import { encodeDeployData, encodeFunctionData, toFunctionSelector } from "viem/utils";
import type { Abi, Hex } from "viem";
import { accessManagerAbi } from "../../../contracts/core/generated/AccessManager.abi.ts";
import { operationEnvelopeAbi } from "../../../contracts/core/generated/OperationEnvelope.abi.ts";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import type { Chain } from "../chain/chain.ts";
import type { Scenario } from "../scenario.ts";
import type { BookFile } from "../store/book.ts";
import type { Administrator } from "./administrator.ts";
import { readContract } from "./read-contract.ts";
import { roleId, SIGNER_ROLE } from "./roles.ts";

/**
 * Creates a book: one AccessManager, the organisations, a ledger a scenario. What the administrator has created before
 * is found, so it may be begun again after any interruption.
 */
export async function createBook(
  administrator: Administrator,
  chain: Chain,
  scenarios: readonly Scenario[],
  settings: Record<string, any>,
): Promise<Omit<BookFile, "rpcUrl">> {
  const authority = await create(administrator, "AccessManager", accessManagerAbi, await accessManagerCode(), [
    administrator.address,
  ]);
  const organisations = await create(administrator, "Organisations", organisationsAbi, await organisationsCode(), [authority]);
  const addresses: Record<string, string> = { AccessManager: authority, Organisations: organisations };
  for (const { name, ledger } of scenarios) {
    const constructorArguments = ledger.constructorArguments(settings[name], { authority, organisations });
    const address = await create(administrator, ledger.contract, ledger.abi, await ledger.bytecode(), constructorArguments);
    addresses[ledger.contract] = address;
    await openLedger(administrator, chain, authority, address, ledger.contract);
  }
  const genesis = await chain.block(0);
  const { blockNumber } = (await administrator.created("AccessManager"))!;
  return { chainId: await chain.chainId(), genesisHash: genesis!.hash, addresses, startBlock: blockNumber };
}

async function create(
  administrator: Administrator,
  contract: string,
  abi: Abi,
  bytecode: Hex,
  args: readonly unknown[],
): Promise<string> {
  const known = await administrator.created(contract);
  if (known) return known.address;
  const data = encodeDeployData({ abi, bytecode, args });
  await administrator.perform({ purpose: `create ${contract}`, data, creates: contract });
  const made = await administrator.created(contract);
  if (!made) throw new Error(`the chain has no ${contract} after its creation; run the same command again`);
  return made.address;
}

/** Lets signers call `submit`. */
async function openLedger(administrator: Administrator, chain: Chain, authority: string, ledger: string, name: string) {
  const selector = toFunctionSelector(operationEnvelopeAbi.find((item) => item.type === "function" && item.name === "submit")!);
  const manager = { address: authority, abi: accessManagerAbi as Abi };
  const role = await readContract(chain, manager, "getTargetFunctionRole", [ledger, selector]);
  if (role === roleId(SIGNER_ROLE)) return;
  const args = [ledger as Hex, [selector], roleId(SIGNER_ROLE)] as const;
  const data = encodeFunctionData({ abi: accessManagerAbi, functionName: "setTargetFunctionRole", args });
  await administrator.perform({ purpose: `open ${name} to signers`, to: authority, data });
}

async function accessManagerCode(): Promise<Hex> {
  return (await import("../../../contracts/core/generated/AccessManager.bytecode.ts")).accessManagerBytecode;
}

async function organisationsCode(): Promise<Hex> {
  return (await import("../../../contracts/core/generated/Organisations.bytecode.ts")).organisationsBytecode;
}
