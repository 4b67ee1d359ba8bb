/**
 * KMS gave no signature, or none that may be used. No transaction came of it, so no nonce is taken, and
 * the lane tries again by itself. No message holds a byte of a key or signature.
 */
export abstract class SigningFailed extends Error {
  /** Whether trying again may help before anybody has done something. */
  abstract readonly retryable: boolean;
}

/** No row says which key an address is: it was lost with the store, or never put there. */
export class KeyUnknown extends SigningFailed {
  readonly retryable = false;

  constructor(address: string) {
    super(
      `no key of this deployment has the address ${address}: its row is put there by the next deployment that changes a setting`,
    );
    this.name = "KeyUnknown";
  }
}

/** KMS is down, out of reach or throttles, though it was asked several times. */
export class KmsUnavailable extends SigningFailed {
  readonly retryable = true;

  constructor(key: string, cause: unknown) {
    super(`KMS does not answer for ${key}, or wants to be asked less often; a retry helps later`, { cause });
    this.name = "KmsUnavailable";
  }
}

/** What to do about the refusals that are known, by their name in AWS. */
const REMEDIES: Record<string, string> = {
  AccessDeniedException: "allow this role kms:GetPublicKey and kms:Sign, in its own policy and in the key's",
  DisabledException: "the key is disabled: enable it, or rotate the signer",
  KMSInvalidStateException:
    "the key's state allows no use: cancel its deletion where it waits for it, or rotate the signer",
  NotFoundException: "no such key is in this account and region: correct the key's name, or rotate the signer",
  InvalidKeyUsageException: "the key is not for signing: name one of ECC_SECG_P256K1 and SIGN_VERIFY",
};

/** KMS refuses to use the key, and will until somebody changes something. */
export class KmsRefused extends SigningFailed {
  readonly retryable = false;
  /** The name of the refusal in AWS, such as `AccessDeniedException`. */
  readonly code: string;

  constructor(key: string, code: string, cause: unknown) {
    super(`KMS refuses ${key}, ${code}: ${REMEDIES[code] ?? "see the cause"}; a retry alone does not help`, { cause });
    this.name = "KmsRefused";
    this.code = code;
  }
}

/** The name of the key leads to another key than the one whose address signs here. What that one signed is dropped. */
export class KeySwapped extends SigningFailed {
  readonly retryable = false;

  /** @param found the address of the key that is there now, where it is known */
  constructor(key: string, address: string, found?: string) {
    super(
      `${key} is not the key of ${address}${found ? ` but of ${found}` : " any more"}, and nothing was sent: ` +
        "let it name the right key again, or rotate the signer; a retry alone does not help",
    );
    this.name = "KeySwapped";
  }
}

/** What KMS answered is not what it answers for a key of ECC_SECG_P256K1. */
export class KmsAnswerMalformed extends SigningFailed {
  readonly retryable = false;

  constructor(key: string, what: "public key" | "signature", cause: unknown) {
    super(
      `KMS answered with a ${what} of ${key} that cannot be used, and nothing was sent: see that it is a key of ` +
        "ECC_SECG_P256K1 and that nothing between here and KMS changes its answers; a retry alone does not help",
      { cause },
    );
    this.name = "KmsAnswerMalformed";
  }
}
