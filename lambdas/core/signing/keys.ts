import type { LocalAccount } from "viem";

/** Whoever can sign for an address. A key in KMS is one as well. */
export type Signer = Pick<LocalAccount, "address" | "signTransaction">;

/** The keys of one deployment. */
export interface Keys {
  /** @throws where the key is not here */
  signer(address: string): Promise<Signer>;
  /** Addresses of the keys that are here for an organisation, newest last. */
  addresses(organisation: string): Promise<string[]>;
}

/** Keys of which there can be more. */
export interface KeyMaker extends Keys {
  /** Makes a key for an organisation, durable before anybody learns its address. */
  create(organisation: string): Promise<string>;
}
