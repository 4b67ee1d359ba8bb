/** One kind of problem that a client can meet (RFC 9457). Its page stands at `/problems/<name>`. */
export interface ProblemKind {
  status: number;
  title: string;
  /** What the client can do about it. */
  remedy: string;
  /** Whether the very same request can succeed later. */
  retry: boolean;
}

/** An answer to the client that is not what it asked for. Whatever else is thrown is our fault and becomes a 500. */
export class Problem extends Error {
  readonly problem: string;
  readonly extensions: Record<string, unknown>;
  readonly headers: Record<string, string>;

  /**
   * @param problem a name from the catalogue: core's `problems` or the scenario's
   * @param detail what happened, for this request
   * @param extensions further members of the problem, such as the balance there is
   * @param headers further headers of the answer, such as Retry-After
   */
  constructor(
    problem: string,
    detail: string,
    extensions: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.name = "Problem";
    this.problem = problem;
    this.extensions = extensions;
    this.headers = headers;
  }
}

/** What any scenario can answer. */
export const problems = {
  "invalid-request": {
    status: 400,
    title: "The request is not valid",
    remedy: "Correct what `errors` names; nothing was changed and the key is not used up.",
    retry: false,
  },
  "idempotency-key-missing": {
    status: 400,
    title: "The Idempotency-Key header is missing or malformed",
    remedy: "Send 1 to 255 printable ASCII characters, random for each operation and the same for each retry of it.",
    retry: false,
  },
  unauthorized: {
    status: 401,
    title: "No valid access token",
    remedy: "Ask the token endpoint for a new token with your client credentials.",
    retry: false,
  },
  "invalid-client": {
    status: 401,
    title: "Unknown client or wrong secret",
    remedy: "Check the client id and its secret.",
    retry: false,
  },
  forbidden: {
    status: 403,
    title: "The token lacks the scope for this",
    remedy: "Use a client of the organisation that may do this; `scope` names what is missing.",
    retry: false,
  },
  "not-found": {
    status: 404,
    title: "There is nothing here",
    remedy: "Check the path and the id. What belongs to another organisation is not shown.",
    retry: false,
  },
  "method-not-allowed": {
    status: 405,
    title: "This path does not have that method",
    remedy: "Use one of the methods in the Allow header.",
    retry: false,
  },
  "not-acceptable-encoding": {
    status: 415,
    title: "The body is not plain JSON",
    remedy: "Send application/json in UTF-8 without Content-Encoding.",
    retry: false,
  },
  "body-too-large": {
    status: 413,
    title: "The body is too large",
    remedy: "Send fewer operations in one request.",
    retry: false,
  },
  "key-reused": {
    status: 422,
    title: "The key was used with another body",
    remedy: "Use a new random key for a new operation; to retry an old one, send the body that was sent first.",
    retry: false,
  },
  "too-many-requests": {
    status: 429,
    title: "Too many operations of this organisation are waiting",
    remedy: "Wait for the seconds in Retry-After and send the same request with the same key again.",
    retry: true,
  },
  "void-operation": {
    status: 409,
    title: "The operation could not be executed",
    remedy: "It was taken out of the queue because no block could hold it. Nothing happened; ask the operator.",
    retry: false,
  },
  "role-missing": {
    status: 409,
    title: "The organisation's role does not allow this on the chain",
    remedy: "Ask the operator of the book for the role.",
    retry: false,
  },
  "not-understood-on-chain": {
    status: 409,
    title: "The contract could not read the operation",
    remedy: "Nothing happened. This Kapok and the contract disagree about a format; ask the operator.",
    retry: false,
  },
  "learning-from-chain": {
    status: 503,
    title: "The store is learning from the chain",
    remedy: "Wait for the seconds in Retry-After and send the same request with the same key again.",
    retry: true,
  },
  "store-unavailable": {
    status: 503,
    title: "The store does not answer",
    remedy: "Send the same request with the same key again; an operation is never made twice.",
    retry: true,
  },
  "internal-error": {
    status: 500,
    title: "Our mistake",
    remedy: "Send the same request with the same key again; an operation is never made twice. Then tell the operator.",
    retry: true,
  },
} satisfies Record<string, ProblemKind>;
