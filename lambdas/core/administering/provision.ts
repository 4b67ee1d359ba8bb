import type { Chain } from "../chain/chain.ts";
import { expectChain } from "../chain/expect-chain.ts";
import type { Kapok } from "../kapok.ts";
import type { Scenario } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { SettingsInvalid } from "../settings.ts";
import type { KeyMaker } from "../signing/keys.ts";
import type { Book, BookFile } from "../store/book.ts";
import { keepBook } from "../store/book.ts";
import { createLane, readLane } from "../store/lanes.ts";
import { currentSigner } from "../submitting/current-signer.ts";
import { hasEnded, organisationOfSigner } from "../chain/signers.ts";
import type { Signing } from "./admit-organisations.ts";
import { admitOrganisations } from "./admit-organisations.ts";
import type { Administrator } from "./administrator.ts";
import { constantsOf, differences } from "./constants.ts";
import { contractCodes, ContractDiffers, isThere } from "./contract-code.ts";
import { createBook } from "./create-book.ts";

/** What a deployment is made of, on one machine or in the cloud. */
export interface Provision {
  kapok: Kapok;
  chain: Chain;
  keys: KeyMaker;
  settings: Settings;
  /** Where nodes of the chain are, for whoever reads the book's file. */
  rpcUrl: string;
  /** Whether the store is an older one than the one that was worked with last. */
  restored: boolean;
  /** What is known of the book beside the store. */
  known(): Promise<BookFile | undefined>;
  keep(book: BookFile): Promise<void>;
  /** Lets `work` administer the book; one at a time. */
  administer<T>(work: (administrator: Administrator) => Promise<T>): Promise<T>;
}

/**
 * Makes the book and the lanes that the settings ask for, or finds that they are there. What was interrupted is finished
 * by the next call.
 * @returns the book, and the signers that it does not know, so that its operator has to add them
 * @throws SettingsInvalid where the settings ask for something that an existing book cannot become
 */
export async function provision(parts: Provision): Promise<{ book: Book; strangers: Signing[] }> {
  const { kapok, chain, settings } = parts;
  const file = settings.book === "create" ? await createdBook(parts) : await joinedBook(parts, settings.book);
  await expectChain(chain, file);
  await expectContracts(chain, kapok.scenarios, file);

  const { chainId, genesisHash, addresses, startBlock } = file;
  const constants = await constantsOf(chain, kapok.scenarios, addresses);
  const changed = differences(settings, constants);
  if (changed.length > 0) throw new SettingsInvalid(changed);
  await parts.keep({ ...file, rpcUrl: parts.rpcUrl });
  const book = await keepBook(kapok, { chainId, genesisHash, addresses, startBlock, constants }, parts.restored);

  const elsewhere: string[] = [];
  const signers: Signing[] = [];
  for (const organisation of settings.organisations) {
    const { id, signer } = organisation;
    if (signer === "elsewhere") {
      elsewhere.push(id);
      continue;
    }
    const named = typeof signer === "string" ? signer : await signerOf(parts, book, id);
    signers.push({ organisation, signer: named, own: await parts.keys.addresses(id) });
  }
  if (settings.book === "create") {
    await admitOrganisations(kapok, chain, book, signers, elsewhere, (work) => parts.administer(work));
  }
  const strangers: Signing[] = [];
  for (const each of [...signers, ...(await awaited(kapok, signers))]) {
    if (!(await isKnown(chain, book, each))) strangers.push(each);
  }
  return { book, strangers };
}

async function createdBook(parts: Provision): Promise<BookFile> {
  const { kapok, chain, settings, rpcUrl } = parts;
  const known = await parts.known();
  if (known) return known;
  const create = (administrator: Administrator) => createBook(administrator, chain, kapok.scenarios, settings);
  return { rpcUrl, ...(await parts.administer(create)) };
}

async function joinedBook(parts: Provision, joined: BookFile): Promise<BookFile> {
  const known = await parts.known();
  if (known && !sameBook(known, joined)) {
    throw new SettingsInvalid(["book: this Kapok belongs to another book; a book is joined by one of its own"]);
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

/**
 * A book keeps its contracts for ever: one with other code is another book's, or another version's.
 * @throws ContractDiffers
 */
async function expectContracts(chain: Chain, scenarios: readonly Scenario[], { addresses }: BookFile): Promise<void> {
  for (const [contract, code] of Object.entries(await contractCodes(scenarios))) {
    const address = addresses[contract];
    if (!address || !(await isThere(chain, address, code))) throw new ContractDiffers(contract, address);
  }
}

/**
 * The address that signs for an organisation here: the lane's, unless that was ended after the copy was made from which
 * the store was restored. A lane signs nothing with a key that the book does not know: so such a key, where the chain
 * never heard of it either, gets a lane that is known to be unused.
 * @throws SettingsInvalid where every key of it was ended
 */
async function signerOf({ kapok, chain, keys }: Provision, book: Book, organisation: string): Promise<string> {
  const organisations = book.addresses["Organisations"]!;
  const lane = await readLane(kapok.core, organisation);
  if (lane && !(await hasEnded(chain, organisations, lane.signer))) return lane.signer;
  const signer = (await currentSigner(chain, organisations, keys, organisation)) ?? (await keys.create(organisation));
  const ended = await hasEnded(chain, organisations, signer);
  if (ended)
    throw new SettingsInvalid([`organisations: every key of ${organisation} was ended; give it another signer`]);
  const isUsed =
    (await organisationOfSigner(chain, organisations, signer)) !== undefined || (await chain.usedNonces(signer)) > 0;
  if (!isUsed) await createLane(kapok.core, { organisation, signer, incarnation: book.incarnation });
  return signer;
}

/** Signers that organisations shall get once the book's operator lets them speak. */
async function awaited({ core }: Kapok, signers: Signing[]): Promise<Signing[]> {
  const rotations = await Promise.all(
    signers.map(async ({ organisation }) => (await readLane(core, organisation.id))?.rotation),
  );
  return signers.flatMap((each, index) => {
    const rotation = rotations[index];
    return rotation?.awaited ? [{ ...each, signer: rotation.to }] : [];
  });
}

async function isKnown(chain: Chain, book: Book, { organisation, signer }: Signing): Promise<boolean> {
  return (await organisationOfSigner(chain, book.addresses["Organisations"]!, signer)) === organisation.id;
}
