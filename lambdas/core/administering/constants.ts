import type { Chain } from "../chain/chain.ts";
import type { Scenario } from "../scenario.ts";
import { readContract } from "../chain/read-contract.ts";

/** What each ledger of a book was created with, by scenario, in the form of the settings. */
export async function constantsOf(
  chain: Chain,
  scenarios: readonly Scenario[],
  addresses: Record<string, string>,
): Promise<Record<string, Record<string, any>>> {
  const constants: Record<string, Record<string, any>> = {};
  for (const { name, ledger } of scenarios) {
    const address = addresses[ledger.contract];
    if (!address) throw new Error(`the book has no ${ledger.contract}: it was made by another version of Kapok`);
    constants[name] = await ledger.settingsOf((functionName, args) =>
      readContract(chain, { address, abi: ledger.abi }, functionName, args),
    );
  }
  return constants;
}

/** Where settings ask for something else than the book was created with, which can never change. */
export function differences(
  settings: Record<string, unknown>,
  constants: Record<string, Record<string, any>>,
): string[] {
  return Object.entries(constants).flatMap(([scenario, values]) => {
    const asked = (settings[scenario] ?? {}) as Record<string, unknown>;
    return Object.entries(asked)
      .filter(([name, value]) => name in values && value !== values[name])
      .map(([name, value]) => `${scenario}.${name} is ${values[name]} in the book for ever, the settings say ${value}`);
  });
}
