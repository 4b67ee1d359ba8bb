import { ServiceFailed } from "./explained.ts";
import type { Answer, Request } from "./session.ts";

/** A problem by the last part of its type, such as `key-reused`. */
export interface Problem {
  name: string;
  detail: string;
}

/** The problem in an answer, or in a rejected operation. */
export function problemOf(body: { type?: string; detail?: string; title?: string } = {}): Problem {
  return { name: body.type?.split("/").pop() ?? "unknown", detail: body.detail ?? body.title ?? "no reason given" };
}

/** What is wrong with this request, where that is the fault of the row alone. */
export function refusalOf(request: Request, answer: Answer): Problem {
  if ([400, 409, 422].includes(answer.status)) return problemOf(answer.body);
  throw refused(request, answer);
}

/** A request that no row can be blamed for was refused, such as for want of a scope. */
export function refused({ method, path }: Request, answer: Answer): ServiceFailed {
  const { name, detail } = problemOf(answer.body);
  return new ServiceFailed(`${method} ${path}: ${answer.status} ${name}: ${detail}`);
}
