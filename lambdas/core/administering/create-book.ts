import { encodeDeployData, encodeFunctionData, toFunctionSelector } from "viem/utils";
import type { Abi, Hex } from "viem";
import { accessManagerAbi } from "../../../contracts/core/generated/AccessManager.abi.ts";
import { operationEnvelopeAbi } from "../../../contracts/core/generated/OperationEnvelope.abi.ts";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import type { Chain } from "../chain/chain.ts";
import type { Scenario } from "../scenario.ts";
import type { BookFile } from "../store/book.ts";
import type { Administrator, Step } from "./administrator.ts";
import type { ContractCode } from "./contract-code.ts";
import { contractCodes } from "./contract-code.ts";
import { readContract } from "../chain/read-contract.ts";
import { roleId, SIGNER_ROLE } from "./roles.ts";

/**
 * Creates a book: one AccessManager, the organisations, a ledger a scenario. What the administrator has created before
 * is found, in its journal or, where that was lost, on the chain, so it may be begun again after any interruption.
 */
export async function createBook(
  administrator: Administrator,
  chain: Chain,
  scenarios: readonly Scenario[],
  settings: Record<string, any>,
): Promise<Omit<BookFile, "rpcUrl">> {
  const codes = await contractCodes(scenarios);
  for (const [contract, code] of Object.entries(codes)) await administrator.findCreated(contract, code);
  let addresses: Record<string, string> = {};
  await administrator.seeDone(async () => {
    const plan = await planOf(administrator, scenarios, codes, settings);
    addresses = plan.addresses;
    return plan.steps;
  });
  await administrator.seeDone(async () => {
    const opening: Step[] = [];
    for (const { ledger } of scenarios) {
      const [authority, address] = [addresses["AccessManager"]!, addresses[ledger.contract]!];
      if (!(await isOpen(chain, authority, address))) opening.push(openLedger(authority, address, ledger.contract));
    }
    return opening;
  });

  const genesis = await chain.block(0);
  const { blockNumber } = (await administrator.created("AccessManager"))!;
  return { chainId: await chain.chainId(), genesisHash: genesis!.hash, addresses, startBlock: blockNumber };
}

/** What is still to be created, and where everything is or will be. */
async function planOf(
  administrator: Administrator,
  scenarios: readonly Scenario[],
  codes: Record<string, ContractCode>,
  settings: Record<string, any>,
) {
  const plan = new Plan(administrator, codes);
  const authority = await plan.create("AccessManager", accessManagerAbi, [administrator.address]);
  const organisations = await plan.create("Organisations", organisationsAbi, [authority]);
  for (const { name, ledger } of scenarios) {
    const constructorArguments = ledger.constructorArguments(settings[name], { authority, organisations });
    await plan.create(ledger.contract, ledger.abi, constructorArguments);
  }
  return plan;
}

/** The creations that are still to be done, at addresses that are known beforehand. */
class Plan {
  readonly steps: Step[] = [];
  readonly addresses: Record<string, string> = {};
  private readonly administrator: Administrator;
  private readonly codes: Record<string, ContractCode>;

  constructor(administrator: Administrator, codes: Record<string, ContractCode>) {
    this.administrator = administrator;
    this.codes = codes;
  }

  async create(contract: string, abi: Abi, args: readonly unknown[]): Promise<string> {
    const known = await this.administrator.created(contract);
    const address = known?.address ?? this.administrator.nextAddress(this.steps.length);
    this.addresses[contract] = address;
    if (known) return address;
    const data = encodeDeployData({ abi, bytecode: this.codes[contract]!.creation, args });
    this.steps.push({ purpose: `create ${contract}`, data, creates: contract });
    return address;
  }
}

const submitSelector = toFunctionSelector(
  operationEnvelopeAbi.find((item) => item.type === "function" && item.name === "submit")!,
);

/** Whether signers may call a ledger's `submit`. */
async function isOpen(chain: Chain, authority: string, ledger: string): Promise<boolean> {
  const manager = { address: authority, abi: accessManagerAbi as Abi };
  return (
    (await readContract(chain, manager, "getTargetFunctionRole", [ledger, submitSelector])) === roleId(SIGNER_ROLE)
  );
}

function openLedger(authority: string, ledger: string, name: string): Step {
  const args = [ledger as Hex, [submitSelector], roleId(SIGNER_ROLE)] as const;
  const data = encodeFunctionData({ abi: accessManagerAbi, functionName: "setTargetFunctionRole", args });
  return { purpose: `open ${name} to signers`, to: authority, data };
}
