import type { Table } from "./table.ts";

/** A key that signs in KMS, and where it is. */
export interface SigningKey {
  /** As the key makes it. */
  address: string;
  organisation: string;
  /** ARN of the key. */
  arn: string;
  /** Counts the keys of the organisation, from 1. */
  generation: number;
  /** RFC 3339: when this deployment learned of it. */
  since: string;
}

const pk = "signing-keys";

export async function readSigningKey(table: Table, address: string): Promise<SigningKey | undefined> {
  return (await table.get({ pk, sk: address.toLowerCase() })) as SigningKey | undefined;
}

/** The keys of an organisation, newest last. */
export async function readSigningKeys(table: Table, organisation: string): Promise<SigningKey[]> {
  const keys: SigningKey[] = [];
  for await (const item of table.partition(pk)) if (item["organisation"] === organisation) keys.push(item as never);
  return keys.sort((one, other) => one.generation - other.generation);
}

export async function keepSigningKey(table: Table, key: SigningKey): Promise<void> {
  await table.put({ pk, sk: key.address.toLowerCase(), ...key });
}
