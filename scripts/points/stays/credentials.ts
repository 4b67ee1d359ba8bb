import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { UnusableInput } from "./explained.ts";

const credentials = z.object({
  apiUrl: z.url(),
  tokenUrl: z.url(),
  clients: z.array(
    z.object({
      clientId: z.string(),
      clientSecret: z.string(),
      organisation: z.string(),
      scopes: z.array(z.string()),
    }),
  ),
});

/** Where the service is, and as whom the import speaks to it. */
export interface Credentials {
  /** Without a slash at its end. */
  apiUrl: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** The exact text that ids of operations are derived from. */
  organisation: string;
}

/** Where credentials are when nobody says otherwise: `$KAPOK_HOME/credentials.json`. */
export function usualCredentials(): string {
  return join(process.env["KAPOK_HOME"] ?? ".kapok", "credentials.json");
}

/**
 * The credentials of the first client that may write points, or of the first one of `organisation` that may.
 *
 * @throws UnusableInput where the file is not there, is not what `npm start` writes, or has no such client
 */
export async function credentialsFrom(path: string, organisation?: string): Promise<Credentials> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UnusableInput(
      `No credentials at ${path} (${error.code}). Start Kapok with npm start, or name them with --credentials PATH.`,
    );
  });
  const { apiUrl, tokenUrl, clients } = parsed(text, path);
  const writers = clients.filter((client) => client.scopes.includes("points:write"));
  const client = writers.find((writer) => organisation === undefined || writer.organisation === organisation);
  if (!client) {
    const wanted = organisation === undefined ? "no client" : `no client of ${organisation}`;
    const there = writers.map((writer) => writer.organisation).join(", ") || "none";
    throw new UnusableInput(
      `${path} has ${wanted} with the scope points:write. Organisations that have one: ${there}.`,
    );
  }
  const { clientId, clientSecret } = client;
  return { apiUrl: apiUrl.replace(/\/+$/, ""), tokenUrl, clientId, clientSecret, organisation: client.organisation };
}

function parsed(text: string, path: string): z.infer<typeof credentials> {
  try {
    return credentials.parse(JSON.parse(text));
  } catch (error) {
    const found = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UnusableInput(`${path} is not a file of credentials: ${found}`);
  }
}
