import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { LocalAccount } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

/** Whoever can sign for an address. A key in KMS is one as well. */
export type Signer = Pick<LocalAccount, "address" | "signTransaction">;

/** Finds the key of an address. */
export interface Keys {
  /** @throws where the key is not here */
  signer(address: string): Promise<Signer>;
  /** Addresses of the keys that are here for an organisation, newest last. */
  addresses(organisation: string): Promise<string[]>;
}

interface KeyFile {
  organisation: string;
  address: string;
  privateKey: `0x${string}`;
  createdAt: string;
}

/** Keys in a folder of one machine, a file of mode 600 each, named by address. */
export class KeyFolder implements Keys {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async signer(address: string): Promise<Signer> {
    const file = await this.read(`${address.toLowerCase()}.json`).catch((error: Error) => {
      throw new Error(`the key of ${address} is not in ${this.folder}`, { cause: error });
    });
    return privateKeyToAccount(file.privateKey);
  }

  async addresses(organisation: string): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    const files = await Promise.all(names.filter((name) => name.endsWith(".json")).map((name) => this.read(name)));
    return files
      .filter((file) => file.organisation === organisation)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
      .map(({ address }) => address);
  }

  /** Makes a key, on disk before anybody learns its address. */
  async create(organisation: string): Promise<string> {
    const privateKey = generatePrivateKey();
    const { address } = privateKeyToAccount(privateKey);
    const file: KeyFile = { organisation, address, privateKey, createdAt: new Date().toISOString() };
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeDurably(join(this.folder, `${address.toLowerCase()}.json`), `${JSON.stringify(file, null, 2)}\n`);
    return address;
  }

  private async read(name: string): Promise<KeyFile> {
    return JSON.parse(await readFile(join(this.folder, name), "utf8"));
  }
}

/** Writes a private file so that it is there whole after a power cut, or not at all. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const folder = await open(join(path, ".."), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
