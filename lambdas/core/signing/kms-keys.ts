import type { KMSClient } from "@aws-sdk/client-kms";
import { GetPublicKeyCommand } from "@aws-sdk/client-kms";
import { publicKeyToAddress } from "viem/utils";
import { readSigningKey, readSigningKeys } from "../store/signing-keys.ts";
import type { Table } from "../store/table.ts";
import { decodePublicKey } from "./der.ts";
import type { Keys, Signer } from "./keys.ts";
import { KeyUnknown } from "./kms-errors.ts";
import { kmsKey } from "./kms.ts";
import { kmsSigner } from "./kms-signer.ts";

/** The keys of a deployment in the cloud: each stays in KMS, and a row of core's table says which one an address is. */
export class KmsKeys implements Keys {
  private readonly table: Table;
  private readonly client: KMSClient;
  /** Kept for as long as the process lives, so that each public key is read once. */
  private readonly signers = new Map<string, Signer>();

  constructor(table: Table, client: KMSClient) {
    this.table = table;
    this.client = client;
  }

  /** Asks the table and not KMS: that KMS does not answer does not make a key a lost one. */
  async signer(address: string): Promise<Signer> {
    const known = this.signers.get(address.toLowerCase());
    if (known) return known;
    const key = await readSigningKey(this.table, address);
    if (!key) throw new KeyUnknown(address);
    const signer = kmsSigner(address, kmsKey(this.client, key.arn));
    this.signers.set(address.toLowerCase(), signer);
    return signer;
  }

  async addresses(organisation: string): Promise<string[]> {
    return (await readSigningKeys(this.table, organisation)).map(({ address }) => address);
  }
}

/**
 * Which key it is, and its address.
 * @param name ARN of the key, or an alias
 */
export async function identifyKey(client: KMSClient, name: string): Promise<{ arn: string; address: string }> {
  const { KeyId: arn = name, PublicKey = new Uint8Array() } = await client.send(
    new GetPublicKeyCommand({ KeyId: name }),
  );
  return { arn, address: publicKeyToAddress(decodePublicKey(PublicKey)) };
}
