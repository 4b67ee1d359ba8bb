import type * as z from "zod";
import type { Operation, Status } from "../operation.ts";
import { problemDocument } from "./problem-document.ts";
import type { operation as schema } from "./schemas.ts";
import type { Serving } from "./serving.ts";

/**
 * An operation as the API shows it to `reader`, an organisation: the `reference` in its request is for the writer alone.
 */
export function operationDocument(
  serving: Serving,
  operation: Operation,
  status: Status,
  reader: string,
): z.input<typeof schema> {
  const { id, scenario, acceptedAt, decision } = operation;
  const kind = operation.kind ?? decision?.kind;
  const { reference, ...rest } = operation.request ?? {};
  const shown = reference === undefined || operation.organisation !== reader ? rest : { ...rest, reference };
  return {
    id,
    scenario,
    ...(kind === undefined ? {} : { kind }),
    status,
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...(operation.request === undefined ? {} : { request: shown }),
    ...(decision?.result === undefined ? {} : { result: decision.result }),
    ...(decision?.problem === undefined ? {} : { problem: problemDocument(serving, decision.problem) }),
    ...(decision === undefined ? {} : { transaction: decision.transaction }),
  };
}
