/** The errors that this chain answers with: Besu's codes and words, so that nothing learns a dialect of its own here. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

export const refusals = {
  parse: { code: -32700, message: "Parse error" },
  invalid: { code: -32600, message: "Invalid Request" },
  method: { code: -32604, message: "Method not enabled" },
  parameters: { code: -32602, message: "Invalid params" },
  unknownBlock: { code: -39001, message: "Unknown block" },
  nonceTooLow: { code: -32001, message: "Nonce too low" },
  known: { code: -32000, message: "Known transaction" },
  wrongChain: { code: -32000, message: "Wrong chainId" },
  nonceTooDistant: { code: -32000, message: "Transaction nonce is too distant from current sender nonce" },
  intrinsicGas: { code: -32003, message: "Intrinsic gas exceeds gas limit" },
  blockGas: { code: -32005, message: "Transaction gas limit exceeds block gas limit" },
} as const satisfies Record<string, Refusal>;

/** Whether anvil refused a transaction because another one waits at its nonce. */
export function isReplacement(anvil: Refusal): boolean {
  return anvil.message.includes("replacement transaction underpriced");
}

/** What Besu would say where anvil says this of a transaction. Words that Besu has none for stay anvil's. */
export function asBesuSays(anvil: Refusal): Refusal {
  const heard = anvil.message.toLowerCase();
  if (heard.includes("nonce too low")) return refusals.nonceTooLow;
  if (heard.includes("already imported")) return refusals.known;
  if (heard.includes("intrinsic gas too high")) return refusals.blockGas;
  if (heard.includes("intrinsic gas too low")) return refusals.intrinsicGas;
  return anvil;
}
