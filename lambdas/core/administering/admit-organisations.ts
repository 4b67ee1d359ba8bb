import type { Abi } from "viem";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import { organisationOf } from "../chain/envelope.ts";
import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import type { OrganisationSettings } from "../settings.ts";
import { everyRole } from "../scopes.ts";
import { SettingsInvalid } from "../settings.ts";
import type { Book } from "../store/book.ts";
import { readLane } from "../store/lanes.ts";
import { hasEnded, signersOf } from "../chain/signers.ts";
import type { Administrator, Step } from "./administrator.ts";
import type { Authorities } from "./admit.ts";
import { admission, hasRole, revocation } from "./admit.ts";
import { readContract } from "../chain/read-contract.ts";

/** An organisation of the settings, and the address that signs for it. */
export interface Signing {
  organisation: OrganisationSettings;
  signer: string;
  /** Every key that it ever had here. */
  own: string[];
}

/**
 * Lets every organisation of the settings speak by its signer, with its roles, and ends the signer of another Kapok that
 * it had before.
 * @param elsewhere organisations that the settings leave as they are
 * @throws SettingsInvalid where the settings would take something away
 */
export async function admitOrganisations(
  kapok: Kapok,
  chain: Chain,
  book: Book,
  signers: Signing[],
  elsewhere: readonly string[],
  administer: (work: (administrator: Administrator) => Promise<void>) => Promise<void>,
): Promise<void> {
  const faults = await unchangeable(kapok, chain, book, signers, elsewhere);
  if (faults.length > 0) throw new SettingsInvalid(faults);
  const addresses = book.addresses as unknown as Authorities;
  const left = async () => {
    const steps: Step[] = [];
    for (const { organisation, signer } of signers) {
      const lane = await readLane(kapok.core, organisation.id);
      if (lane?.rotation) continue;
      const { id, name, roles } = organisation;
      steps.push(...(await admission(chain, addresses, { id, name, roles, signer })));
    }
    for (const signer of await replacedSigners(kapok, chain, book, signers)) {
      steps.push(...(await revocation(chain, addresses, signer, everyRole(kapok.scenarios))));
    }
    return steps;
  };
  await administer((administrator) => administrator.seeDone(left));
}

/**
 * Keys that speak for an organisation and are another Kapok's, where the settings name another key by now. A key of this
 * Kapok is not among them: what waits in its lane would wait for ever.
 */
async function replacedSigners(kapok: Kapok, chain: Chain, book: Book, signers: Signing[]): Promise<string[]> {
  const replaced: string[] = [];
  for (const { organisation, signer, own } of signers) {
    const lane = await readLane(kapok.core, organisation.id);
    const kept = new Set([signer, lane?.signer, ...own].map((address) => address?.toLowerCase()));
    const speaking = await signersOf(chain, book.addresses["Organisations"]!, organisation.id);
    replaced.push(...speaking.filter((address) => !kept.has(address.toLowerCase())));
  }
  return replaced;
}

/** What the settings would take away from organisations that the book has already. */
async function unchangeable(
  kapok: Kapok,
  chain: Chain,
  book: Book,
  signers: Signing[],
  elsewhere: readonly string[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const { organisation, signer } of signers) {
    if (!(await hasEnded(chain, book.addresses["Organisations"]!, signer))) continue;
    faults.push(
      `organisations: the signer ${signer} of ${organisation.id} was ended, and never speaks again; name another`,
    );
  }
  const contract = { address: book.addresses["Organisations"]!, abi: organisationsAbi as Abi };
  const members: string[] = (await readContract(chain, contract, "organisations")).map(organisationOf);
  for (const id of members.filter((member) => !elsewhere.includes(member))) {
    const asked = signers.find(({ organisation }) => organisation.id === id);
    if (!asked) {
      faults.push(`organisations: ${id} is in the book and not in the settings; a member cannot be taken out here`);
      continue;
    }
    const name = (await kapok.core.get({ pk: "organisations", sk: id }))?.name;
    if (name !== undefined && name !== asked.organisation.name) {
      faults.push(
        `organisations: ${id} is named "${name}" in the book for ever, the settings say "${asked.organisation.name}"`,
      );
    }
    for (const role of everyRole(kapok.scenarios)) {
      if (asked.organisation.roles.includes(role)) continue;
      const held = await hasRole(chain, book.addresses as unknown as Authorities, role, asked.signer);
      if (held) faults.push(`organisations: ${id} has the role ${role} in the book; it cannot be taken away here`);
    }
  }
  return faults;
}
