import { encodeFunctionData } from "viem/utils";
import type { Abi, Hex } from "viem";
import { accessManagerAbi } from "../../../contracts/core/generated/AccessManager.abi.ts";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import { organisationHex } from "../chain/envelope.ts";
import type { Chain } from "../chain/chain.ts";
import type { Step } from "./administrator.ts";
import { readContract } from "../chain/read-contract.ts";
import { roleId, SIGNER_ROLE } from "./roles.ts";

/** The contracts that say who may do what. */
export interface Authorities {
  AccessManager: string;
  Organisations: string;
}

/** What is still to be done to admit an organisation and let its signer speak, with its roles. */
export async function admission(
  chain: Chain,
  addresses: Authorities,
  organisation: { id: string; name: string; roles: string[]; signer: string },
): Promise<Step[]> {
  const { id, name, roles, signer } = organisation;
  const contract = { address: addresses.Organisations, abi: organisationsAbi as Abi };
  const hex = organisationHex(id);
  const steps: Step[] = [];

  if (!(await readContract(chain, contract, "isAdmitted", [hex]))) {
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "admit", args: [hex, name] });
    steps.push({ purpose: `admit ${id}`, to: addresses.Organisations, data });
  }
  if ((await readContract(chain, contract, "organisationOf", [signer])) !== hex) {
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "grantSigner", args: [hex, signer as Hex] });
    steps.push({ purpose: `let ${signer} sign for ${id}`, to: addresses.Organisations, data });
  }
  const missing: string[] = [];
  for (const role of [SIGNER_ROLE, ...roles]) if (!(await hasRole(chain, addresses, role, signer))) missing.push(role);
  if (missing.length > 0) {
    const calls = missing.map((role) =>
      encodeFunctionData({ abi: accessManagerAbi, functionName: "grantRole", args: [roleId(role), signer as Hex, 0] }),
    );
    steps.push(together(addresses, `grant ${missing.join(", ")} to ${signer}`, calls));
  }
  return steps;
}

/** What is still to be done to end a signer's speaking and take its roles. */
export async function revocation(
  chain: Chain,
  addresses: Authorities,
  signer: string,
  roles: string[],
): Promise<Step[]> {
  const contract = { address: addresses.Organisations, abi: organisationsAbi as Abi };
  const speaksFor: Hex = await readContract(chain, contract, "organisationOf", [signer]);
  const steps: Step[] = [];
  if (BigInt(speaksFor) !== 0n) {
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "revokeSigner", args: [signer as Hex] });
    steps.push({ purpose: `end ${signer}`, to: addresses.Organisations, data });
  }
  const held: string[] = [];
  for (const role of [SIGNER_ROLE, ...roles]) if (await hasRole(chain, addresses, role, signer)) held.push(role);
  if (held.length > 0) {
    const calls = held.map((role) =>
      encodeFunctionData({ abi: accessManagerAbi, functionName: "revokeRole", args: [roleId(role), signer as Hex] }),
    );
    steps.push(together(addresses, `take ${held.join(", ")} from ${signer}`, calls));
  }
  return steps;
}

/** Several calls of the AccessManager in one transaction. */
function together(addresses: Authorities, purpose: string, calls: Hex[]): Step {
  const data = encodeFunctionData({ abi: accessManagerAbi, functionName: "multicall", args: [calls] });
  return { purpose, to: addresses.AccessManager, data };
}

export async function hasRole(chain: Chain, addresses: Authorities, role: string, signer: string): Promise<boolean> {
  const manager = { address: addresses.AccessManager, abi: accessManagerAbi as Abi };
  const [member] = await readContract(chain, manager, "hasRole", [roleId(role), signer]);
  return member;
}
