import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import * as z from "zod";
import type { Facade } from "../facade.ts";
import type { Operation } from "../operation.ts";
import { Problem } from "../problem.ts";
import type { WriteRoute } from "./api.ts";
import { operationDocument } from "./operation-document.ts";
import { waitOf } from "./prefer.ts";
import { answerProblem, problemDocument } from "./problem-document.ts";
import { addRoute } from "./route.ts";
import { idempotencyKey, operation as operationSchema, uuid } from "./schemas.ts";
import type { Serving } from "./serving.ts";

/** Problems that any route can answer that asks for an operation. */
export const writeProblems = ["key-reused", "too-many-requests", "learning-from-chain", "store-unavailable"];

/** Problems with which the chain can reject any operation. */
const chainProblems = ["void-operation", "role-missing", "not-understood-on-chain"];

const headers = z.object({
  "Idempotency-Key": idempotencyKey,
  Prefer: z.string().optional().meta({
    description: "`wait=N` holds the request for up to N seconds, at most 20, until the outcome is known (RFC 7240).",
    example: "wait=5",
  }),
});

const answerHeaders = z.object({
  Location: z.string().meta({ description: "Where the operation is." }),
  "Preference-Applied": z.string().optional().meta({ description: "The `wait` of Prefer, where it was met." }),
});

const created = z
  .strictObject({ id: uuid, operation: operationSchema })
  .meta({ id: "Created", description: "The id of what is made is the operation's own: the same key, the same id." });

/** Adds a route that asks for one operation; what it answers stands at {@link Api.write}. */
export function addWriteRoute(
  app: OpenAPIHono,
  serving: Serving,
  scenario: string,
  facade: Facade,
  route: WriteRoute<any>,
): void {
  addRoute(app, serving, {
    ...route,
    tag: scenario,
    method: route.method ?? "post",
    headers,
    answers: route.creates
      ? { 201: { description: "It is accepted, or final already", schema: created, headers: answerHeaders } }
      : {
          200: { description: "It is final", schema: operationSchema, headers: answerHeaders },
          202: { description: "It is accepted and will be decided", schema: operationSchema, headers: answerHeaders },
        },
    problems: ["idempotency-key-missing", ...writeProblems, ...chainProblems, ...(route.problems ?? [])],
    async handle(call, _query, context) {
      const { organisation } = call;
      const key = keyOf(context);
      const request = route.request?.(call) ?? call.body;
      const [accepted] = await facade.accept([
        { organisation, key, place: { path: "Idempotency-Key" }, scenario, kind: route.kind, request },
      ]);
      const operation = await awaited(context, serving, facade, accepted!);
      return answer(context, serving, facade, operation, organisation, route.creates ?? false);
    },
  });
}

function keyOf(context: Context): string {
  const key = idempotencyKey.safeParse(context.req.header("idempotency-key"));
  if (key.success) return key.data;
  throw new Problem("idempotency-key-missing", "The Idempotency-Key header has to name this operation.");
}

/** The operation after the wait that was asked for, if any. */
async function awaited(
  context: Context,
  { longestWaitSeconds }: Serving,
  facade: Facade,
  operation: Operation,
): Promise<Operation> {
  const wait = waitOf(context.req.header("prefer"), longestWaitSeconds);
  if (wait === undefined) return operation;
  const settled = operation.decision ? operation : await facade.settled(operation, wait.milliseconds);
  if (settled.decision) context.header("Preference-Applied", wait.applied);
  return settled;
}

async function answer(
  context: Context,
  serving: Serving,
  facade: Facade,
  operation: Operation,
  reader: string,
  creates: boolean,
): Promise<Response> {
  const document = operationDocument(serving, operation, await facade.status(operation), reader);
  context.header("Location", `${serving.apiUrl}/v1/operations/${operation.id}`);
  const rejection = operation.decision?.problem;
  if (rejection) return answerProblem(context, { ...problemDocument(serving, rejection), operation: document });
  if (creates) return context.json({ id: operation.id, operation: document }, 201);
  return context.json(document, operation.decision ? 200 : 202);
}
