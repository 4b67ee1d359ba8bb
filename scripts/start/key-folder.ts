import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { KeyMaker, Signer } from "../../lambdas/core/signing/keys.ts";
import { writeDurably } from "./durable-file.ts";

interface KeyFile {
  organisation: string;
  address: string;
  privateKey: `0x${string}`;
  createdAt: string;
}

/** Keys in a folder of one machine, a file of mode 600 each, named by address. */
export class KeyFolder implements KeyMaker {
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

  async create(organisation: string): Promise<string> {
    const privateKey = generatePrivateKey();
    const { address } = privateKeyToAccount(privateKey);
    const file: KeyFile = { organisation, address, privateKey, createdAt: new Date().toISOString() };
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    writeDurably(join(this.folder, `${address.toLowerCase()}.json`), `${JSON.stringify(file, null, 2)}\n`, 0o600);
    return address;
  }

  private async read(name: string): Promise<KeyFile> {
    return JSON.parse(await readFile(join(this.folder, name), "utf8"));
  }
}
