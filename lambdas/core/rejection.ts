import { decodeErrorResult } from "viem/utils";
import type { Abi, Hex } from "viem";
import type { Rejection } from "./operation.ts";
import type { Scenario } from "./scenario.ts";

/** Why an operation was rejected: the problem of the custom error that its OperationRejected event carries. */
export function rejectionOf(scenario: Scenario, reason: string): Rejection {
  const error = decoded(scenario.ledger.abi, reason);
  const rejection = error && (scenario.ledger.rejection(error) ?? envelopeRejection(error));
  if (rejection) return rejection;
  return {
    name: "not-understood-on-chain",
    detail: "The contract gave a reason that this Kapok does not know.",
    reason,
  };
}

function decoded(abi: Abi, reason: string): { name: string; args: readonly unknown[] } | undefined {
  try {
    const { errorName, args } = decodeErrorResult({ abi, data: reason as Hex });
    return { name: errorName as string, args: (args ?? []) as readonly unknown[] };
  } catch {
    return undefined;
  }
}

/** The errors of IOperationEnvelope.sol, which every ledger shares. */
function envelopeRejection(error: { name: string; args: readonly unknown[] }): Rejection | undefined {
  switch (error.name) {
    case "OperationVoid":
      return { name: "void-operation", detail: "The operation was sent as a void entry, which only rejects." };
    case "OperationRoleMissing":
      return { name: "role-missing", detail: "The organisation's signer lacks the role that this operation needs." };
    case "OperationKindUnknown":
      return { name: "not-understood-on-chain", detail: `The contract has no kind ${error.args[0]} of operation.` };
    case "OperationBodyMalformed":
      return {
        name: "not-understood-on-chain",
        detail: `The contract cannot read a body of ${error.args[1]} bytes for kind ${error.args[0]}.`,
      };
    default:
      return undefined;
  }
}
