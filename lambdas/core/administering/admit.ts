import { encodeFunctionData } from "viem/utils";
import type { Abi, Hex } from "viem";
import { accessManagerAbi } from "../../../contracts/core/generated/AccessManager.abi.ts";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import { organisationHex } from "../chain/envelope.ts";
import type { Chain } from "../chain/chain.ts";
import type { Administrator } from "./administrator.ts";
import { readContract } from "./read-contract.ts";
import { roleId, SIGNER_ROLE } from "./roles.ts";

/** The contracts that say who may do what. */
export interface Authorities {
  AccessManager: string;
  Organisations: string;
}

/** Admits an organisation and lets its signer speak, with its roles. What holds already is left as it is. */
export async function admit(
  administrator: Administrator,
  chain: Chain,
  addresses: Authorities,
  organisation: { id: string; name: string; roles: string[]; signer: string },
): Promise<void> {
  const { id, name, roles, signer } = organisation;
  const organisations = { address: addresses.Organisations, abi: organisationsAbi as Abi };
  const hex = organisationHex(id);

  if (!(await readContract(chain, organisations, "isAdmitted", [hex]))) {
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "admit", args: [hex, name] });
    await administrator.perform({ purpose: `admit ${id}`, to: addresses.Organisations, data });
  }
  if ((await readContract(chain, organisations, "organisationOf", [signer])) !== hex) {
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "grantSigner", args: [hex, signer as Hex] });
    await administrator.perform({ purpose: `let ${signer} sign for ${id}`, to: addresses.Organisations, data });
  }
  await grantRoles(administrator, chain, addresses, signer, [SIGNER_ROLE, ...roles]);
}

/** Grants the roles that the signer lacks, in one transaction. */
async function grantRoles(
  administrator: Administrator,
  chain: Chain,
  addresses: Authorities,
  signer: string,
  roles: string[],
): Promise<void> {
  const missing: string[] = [];
  for (const role of roles) if (!(await hasRole(chain, addresses, role, signer))) missing.push(role);
  if (missing.length === 0) return;
  const calls = missing.map((role) =>
    encodeFunctionData({ abi: accessManagerAbi, functionName: "grantRole", args: [roleId(role), signer as Hex, 0] }),
  );
  const data = encodeFunctionData({ abi: accessManagerAbi, functionName: "multicall", args: [calls] });
  await administrator.perform({ purpose: `grant ${missing.join(", ")} to ${signer}`, to: addresses.AccessManager, data });
}

/** Ends a signer's speaking, and takes its roles. */
export async function revoke(
  administrator: Administrator,
  chain: Chain,
  addresses: Authorities,
  signer: string,
  roles: string[],
): Promise<void> {
  const organisations = { address: addresses.Organisations, abi: organisationsAbi as Abi };
  const speaksFor: Hex = await readContract(chain, organisations, "organisationOf", [signer]);
  if (BigInt(speaksFor) !== 0n) {
    const data = encodeFunctionData({ abi: organisationsAbi, functionName: "revokeSigner", args: [signer as Hex] });
    await administrator.perform({ purpose: `end ${signer}`, to: addresses.Organisations, data });
  }
  const held: string[] = [];
  for (const role of [SIGNER_ROLE, ...roles]) if (await hasRole(chain, addresses, role, signer)) held.push(role);
  if (held.length === 0) return;
  const calls = held.map((role) =>
    encodeFunctionData({ abi: accessManagerAbi, functionName: "revokeRole", args: [roleId(role), signer as Hex] }),
  );
  const data = encodeFunctionData({ abi: accessManagerAbi, functionName: "multicall", args: [calls] });
  await administrator.perform({ purpose: `take ${held.join(", ")} from ${signer}`, to: addresses.AccessManager, data });
}

export async function hasRole(chain: Chain, addresses: Authorities, role: string, signer: string): Promise<boolean> {
  const manager = { address: addresses.AccessManager, abi: accessManagerAbi as Abi };
  const [member] = await readContract(chain, manager, "hasRole", [roleId(role), signer]);
  return member;
}
