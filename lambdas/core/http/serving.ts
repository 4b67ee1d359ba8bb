import type { ProblemKind } from "../problem.ts";
import type { Authenticate } from "./identity.ts";

/** What every route needs of its surroundings. */
export interface Serving {
  /** The API's own URL without a slash at its end, from which the types of problems are made. */
  apiUrl: string;
  authenticate: Authenticate;
  /** For how long `Prefer: wait` may hold a request at most; the usual time when absent. */
  longestWaitSeconds?: number | undefined;
  /** Every kind of problem, core's and each scenario's. */
  catalogue: Record<string, ProblemKind>;
  /** Told of what is our fault. It gets no bodies, references or tokens. */
  log(failure: Failure): void;
}

/** A request that ended in a 500. */
export interface Failure {
  /** The same as in the problem that the client got. */
  requestId: string;
  method: string;
  path: string;
  error: unknown;
}
