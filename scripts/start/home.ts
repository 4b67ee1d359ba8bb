import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { readJson, writeDurably } from "./durable-file.ts";
import { KeyFolder } from "./key-folder.ts";

/** One OAuth client, as its organisation gets it. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
  organisation: string;
  name: string;
  scopes: string[];
}

/** The contents of `credentials.json`. */
export interface Credentials {
  apiUrl: string;
  tokenUrl: string;
  clients: ClientCredentials[];
}

/** The folder that holds all state of one Kapok on one machine. */
export class Home {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get keys(): KeyFolder {
    return new KeyFolder(join(this.path, "keys"));
  }

  /** What an auditor or another Kapok needs; absent before the book is created or joined. */
  book(): Promise<BookFile | undefined> {
    return this.read<BookFile>("book.json");
  }

  keepBook(book: BookFile): Promise<void> {
    return this.write("book.json", book);
  }

  credentials(): Promise<Credentials | undefined> {
    return this.read<Credentials>("credentials.json");
  }

  keepCredentials(credentials: Credentials): Promise<void> {
    return this.write("credentials.json", credentials);
  }

  /** The secret with which this machine signs access tokens; made at the first call. */
  async tokenSecret(): Promise<Uint8Array> {
    const kept = await this.read<{ secret: string }>("token-secret.json");
    const secret = kept?.secret ?? randomBytes(32).toString("base64url");
    if (!kept) await this.write("token-secret.json", { secret });
    return Buffer.from(secret, "base64url");
  }

  async read<T>(name: string): Promise<T | undefined> {
    try {
      return readJson<T>(join(this.path, name));
    } catch (error) {
      throw new Error(`${join(this.path, name)} cannot be read; restore it, or begin anew with --reset`, {
        cause: error,
      });
    }
  }

  /** Writes a private file, whole and durably. */
  async write(name: string, value: unknown): Promise<void> {
    writeDurably(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`, 0o600);
  }
}
