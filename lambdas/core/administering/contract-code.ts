import type { Hex } from "viem";
import { accessManagerCode } from "../../../contracts/core/generated/AccessManager.code.ts";
import { organisationsCode } from "../../../contracts/core/generated/Organisations.code.ts";
import type { Chain } from "../chain/chain.ts";
import type { Scenario } from "../scenario.ts";
import type { Immutables } from "./runtime-hash.ts";
import { runtimeHash } from "./runtime-hash.ts";

/** What a contract is created with, and how its code on the chain is recognised. */
export interface ContractCode {
  creation: Hex;
  runtime: {
    /** See {@link runtimeHash}. */
    hash: string;
    immutables: Immutables;
  };
}

/** What the chain has at a contract's address is not what this version of Kapok works with. */
export class ContractDiffers extends Error {
  constructor(contract: string, address: string | undefined) {
    super(
      `the book's ${contract} ${address ? `at ${address} has` : "is unknown: it would have"} other code than this version ` +
        "of Kapok. Contracts of a book never change: go on with the version that made the book, or create another book",
    );
    this.name = "ContractDiffers";
  }
}

/** Whether the chain has this very contract at an address. */
export async function isThere(chain: Chain, address: string, { runtime }: ContractCode): Promise<boolean> {
  const code = Buffer.from((await chain.code(address)).slice(2), "hex");
  return code.length > 0 && runtimeHash(code, runtime.immutables) === runtime.hash;
}

/** The code of every contract of a book, by name. */
export async function contractCodes(scenarios: readonly Scenario[]): Promise<Record<string, ContractCode>> {
  const ledgers = scenarios.map(async ({ ledger }) => [ledger.contract, await ledger.code()] as const);
  return {
    AccessManager: accessManagerCode,
    Organisations: organisationsCode,
    ...Object.fromEntries(await Promise.all(ledgers)),
  };
}
