import type { KMSClient } from "@aws-sdk/client-kms";
import type { Kapok } from "../kapok.ts";
import type { KeyMaker } from "../signing/keys.ts";
import { identifyKey, KmsKeys } from "../signing/kms-keys.ts";
import { ADMINISTRATOR } from "../store/lanes.ts";
import { keepSigningKey, readSigningKey, readSigningKeys } from "../store/signing-keys.ts";

/**
 * The keys that a deployment made, by alias, or was given, by ARN. A template tells them by name: no stack has to export
 * them to another.
 */
export interface KeyNames {
  /** Of each organisation, oldest first. */
  organisations: Record<string, string[]>;
  /** Absent where the book is joined. */
  administrator?: string | undefined;
}

/** Notes which key has which address. A key that is known keeps its place, so that the newest stays the newest. */
export async function keepKeys(kapok: Kapok, client: KMSClient, names: KeyNames): Promise<void> {
  const administrator = names.administrator === undefined ? [] : [names.administrator];
  for (const [organisation, each] of Object.entries({ ...names.organisations, [ADMINISTRATOR]: administrator })) {
    for (const name of each) {
      const { arn, address } = await identifyKey(client, name);
      if (await readSigningKey(kapok.core, address)) continue;
      const generation = ((await readSigningKeys(kapok.core, organisation)).at(-1)?.generation ?? 0) + 1;
      await keepSigningKey(kapok.core, { address, organisation, arn, generation, since: new Date().toISOString() });
    }
  }
}

/** The keys of a deployment. It makes none itself: the newest of an organisation is the one that the settings asked for. */
export function deployedKeys(kapok: Kapok, client: KMSClient): KeyMaker {
  const keys = new KmsKeys(kapok.core, client);
  return Object.assign(keys, {
    create: async (organisation: string): Promise<string> => {
      const newest = (await keys.addresses(organisation)).at(-1);
      if (newest === undefined) throw new Error(`${organisation} has no key in this deployment`);
      return newest;
    },
  });
}
