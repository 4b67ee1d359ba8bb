import { join } from "node:path";
import type { Abi } from "viem";
import { organisationsAbi } from "../../contracts/core/generated/Organisations.abi.ts";
import { admission, hasRole } from "../../lambdas/core/administering/admit.ts";
import type { Authorities } from "../../lambdas/core/administering/admit.ts";
import { Administrator } from "../../lambdas/core/administering/administrator.ts";
import type { Step } from "../../lambdas/core/administering/administrator.ts";
import { constantsOf, differences } from "../../lambdas/core/administering/constants.ts";
import { createBook } from "../../lambdas/core/administering/create-book.ts";
import { readContract } from "../../lambdas/core/administering/read-contract.ts";
import { organisationOf } from "../../lambdas/core/chain/envelope.ts";
import type { Chain } from "../../lambdas/core/chain/chain.ts";
import type { Kapok } from "../../lambdas/core/kapok.ts";
import { SettingsInvalid } from "../../lambdas/core/settings.ts";
import type { OrganisationSettings, Settings } from "../../lambdas/core/settings.ts";
import type { Book, BookFile } from "../../lambdas/core/store/book.ts";
import { keepBook } from "../../lambdas/core/store/book.ts";
import { ADMINISTRATOR, createLane, readLane } from "../../lambdas/core/store/lanes.ts";
import { currentSigner } from "../../lambdas/core/submitting/current-signer.ts";
import { organisationOfSigner } from "../../lambdas/core/submitting/signer-is-known.ts";
import type { Home } from "./home.ts";
import { lockHome } from "./lock.ts";
import { Starts } from "./starts.ts";

export interface Provision {
  home: Home;
  kapok: Kapok;
  chain: Chain;
  rpcUrl: string;
  settings: Settings;
  /** The operator says that the store was put back from a copy. */
  restored: boolean;
}

/** A signer that the book does not know, so that its operator has to add it. */
export interface Stranger {
  organisation: OrganisationSettings;
  signer: string;
}

/**
 * Makes the book, the keys and the lanes that the settings ask for, or finds that they are there. What was interrupted is
 * finished by the next call.
 * @throws SettingsInvalid where the settings ask for something that an existing book cannot become
 */
export async function provision(parts: Provision): Promise<{ book: Book; strangers: Stranger[] }> {
  const { home, kapok, chain, settings } = parts;
  const starts = await Starts.read(home, kapok.core);
  const file = settings.book === "create" ? await createdBook(parts) : await joinedBook(parts, settings.book);
  await checkChain(chain, file);

  const { chainId, genesisHash, addresses, startBlock } = file;
  const constants = await constantsOf(chain, kapok.scenarios, addresses);
  const changed = differences(settings, constants);
  if (changed.length > 0) throw new SettingsInvalid(changed);
  await home.keepBook({ ...file, rpcUrl: parts.rpcUrl });
  const facts = { chainId, genesisHash, addresses, startBlock, constants };
  const book = await keepBook(kapok, facts, parts.restored || starts.storeIsOlder);
  await starts.count();

  const signers: Stranger[] = [];
  for (const organisation of settings.organisations) {
    signers.push({ organisation, signer: organisation.signer ?? (await signerOf(parts, book, organisation.id)) });
  }
  if (settings.book === "create") await admitAll(parts, book, signers);
  const strangers: Stranger[] = [];
  for (const each of signers) if (!(await isKnown(chain, book, each))) strangers.push(each);
  return { book, strangers };
}

async function createdBook({ home, kapok, chain, settings, rpcUrl }: Provision): Promise<BookFile> {
  const known = await home.book();
  if (known) return known;
  const create = (administrator: Administrator) => createBook(administrator, chain, kapok.scenarios, settings);
  return { rpcUrl, ...(await administering({ home, kapok, chain }, create)) };
}

/**
 * Lets `work` administer this home's book; the administrator's key is made at the first call. One process of a home
 * does so at a time, and what another one left behind when it died is taken over at once.
 * @throws HomeInUseError
 */
export async function administering<T>(
  { home, kapok, chain }: Pick<Provision, "home" | "kapok" | "chain">,
  work: (administrator: Administrator) => Promise<T>,
): Promise<T> {
  const unlock = lockHome(join(home.path, "administration"));
  try {
    const address = (await home.keys.addresses(ADMINISTRATOR)).at(-1) ?? (await home.keys.create(ADMINISTRATOR));
    const administrator = await Administrator.open(kapok.core, chain, await home.keys.signer(address), home.path);
    try {
      return await work(administrator);
    } finally {
      await administrator.close();
    }
  } finally {
    unlock();
  }
}

async function joinedBook({ home }: Provision, joined: BookFile): Promise<BookFile> {
  const known = await home.book();
  if (known && !sameBook(known, joined)) {
    throw new SettingsInvalid([`book: ${home.path} belongs to another book; use a home of its own for this one`]);
  }
  return joined;
}

function sameBook(one: BookFile, other: BookFile): boolean {
  return (
    one.chainId === other.chainId &&
    one.genesisHash === other.genesisHash &&
    Object.entries(one.addresses).every(
      ([name, address]) => other.addresses[name]?.toLowerCase() === address.toLowerCase(),
    )
  );
}

/** @throws where the chain is not the book's, or does not have its contracts */
async function checkChain(chain: Chain, book: BookFile): Promise<void> {
  const [chainId, genesis] = [await chain.chainId(), await chain.block(0)];
  if (chainId !== book.chainId || genesis?.hash !== book.genesisHash) {
    throw new Error(
      `this book lives on chain ${book.chainId} with genesis ${book.genesisHash}; the node is on ${chainId} with ` +
        `${genesis?.hash}. Point CHAIN_RPC_URL at the right chain, or begin anew with --reset`,
    );
  }
  for (const [name, address] of Object.entries(book.addresses)) {
    if ((await chain.code(address)) === "0x") throw new Error(`the chain has no ${name} at ${address}`);
  }
}

/** The address that signs for an organisation of this home. A new key gets a lane that is known to be unused. */
async function signerOf({ home, kapok, chain }: Provision, book: Book, organisation: string): Promise<string> {
  const lane = await readLane(kapok.core, organisation);
  if (lane) return lane.signer;
  const known = await currentSigner(chain, book.addresses["Organisations"]!, home.keys, organisation);
  if (known) return known;
  const signer = await home.keys.create(organisation);
  await createLane(kapok.core, { organisation, signer, incarnation: book.incarnation });
  return signer;
}

async function admitAll(parts: Provision, book: Book, signers: Stranger[]): Promise<void> {
  const { kapok, chain } = parts;
  const faults = await unchangeable(kapok, chain, book, signers);
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
    return steps;
  };
  await administering(parts, (administrator) => administrator.seeDone(left));
}

/** What the settings would take away from organisations that the book has already. */
async function unchangeable(kapok: Kapok, chain: Chain, book: Book, signers: Stranger[]): Promise<string[]> {
  const faults: string[] = [];
  const contract = { address: book.addresses["Organisations"]!, abi: organisationsAbi as Abi };
  const members: string[] = (await readContract(chain, contract, "organisations")).map(organisationOf);
  for (const id of members) {
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
    for (const role of kapok.scenarios.flatMap(({ roles }) => Object.keys(roles))) {
      if (asked.organisation.roles.includes(role)) continue;
      const held = await hasRole(chain, book.addresses as unknown as Authorities, role, asked.signer);
      if (held) faults.push(`organisations: ${id} has the role ${role} in the book; it cannot be taken away here`);
    }
  }
  return faults;
}

async function isKnown(chain: Chain, book: Book, { organisation, signer }: Stranger): Promise<boolean> {
  return (await organisationOfSigner(chain, book.addresses["Organisations"]!, signer)) === organisation.id;
}
