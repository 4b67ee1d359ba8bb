/** One kind of problem that a client can meet (RFC 9457). Its page stands at `/problems/<name>`. */
export interface ProblemKind {
  status: number;
  title: string;
  /** What the client can do about it. */
  remedy: string;
  /** Whether the very same request can succeed later. */
  retry: boolean;
  /** Title and remedy in Chinese, for the problem's page. */
  chinese: { title: string; remedy: string };
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
    chinese: {
      title: "请求无效",
      remedy: "请改正 errors 中列出的内容。系统没有任何改变，该键也没有被占用。",
    },
  },
  "idempotency-key-missing": {
    status: 400,
    title: "The Idempotency-Key header is missing or malformed",
    remedy: "Send 1 to 255 printable ASCII characters, random for each operation and the same for each retry of it.",
    retry: false,
    chinese: {
      title: "缺少 Idempotency-Key 请求头，或其格式不正确",
      remedy: "请发送 1 至 255 个可打印的 ASCII 字符：每个操作使用一个随机的键，重试时使用同一个键。",
    },
  },
  unauthorized: {
    status: 401,
    title: "No valid access token",
    remedy: "Ask the token endpoint for a new token with your client credentials.",
    retry: false,
    chinese: {
      title: "没有有效的访问令牌",
      remedy: "请用客户端凭据向令牌端点申请新的令牌。",
    },
  },
  "invalid-client": {
    status: 401,
    title: "Unknown client or wrong secret",
    remedy: "Check the client id and its secret.",
    retry: false,
    chinese: {
      title: "客户端不存在或密钥错误",
      remedy: "请检查客户端 ID 及其密钥。",
    },
  },
  forbidden: {
    status: 403,
    title: "The token lacks the scope for this",
    remedy: "Use a client of the organisation that may do this; `scope` names what is missing.",
    retry: false,
    chinese: {
      title: "令牌缺少所需的权限范围",
      remedy: "请使用本机构中有此权限的客户端；scope 指出缺少哪一项。",
    },
  },
  "not-found": {
    status: 404,
    title: "There is nothing here",
    remedy: "Check the path and the id. What belongs to another organisation is not shown.",
    retry: false,
    chinese: {
      title: "这里没有内容",
      remedy: "请检查路径和 ID。属于其他机构的内容不会显示。",
    },
  },
  "method-not-allowed": {
    status: 405,
    title: "This path does not have that method",
    remedy: "Use one of the methods in the Allow header.",
    retry: false,
    chinese: {
      title: "该路径不支持此方法",
      remedy: "请使用 Allow 响应头中列出的方法。",
    },
  },
  "not-acceptable-encoding": {
    status: 415,
    title: "The body is not plain JSON",
    remedy: "Send application/json in UTF-8 without Content-Encoding.",
    retry: false,
    chinese: {
      title: "请求体不是普通的 JSON",
      remedy: "请以 UTF-8 发送 application/json，不要使用 Content-Encoding。",
    },
  },
  "body-too-large": {
    status: 413,
    title: "The body is too large",
    remedy: "Send fewer operations in one request.",
    retry: false,
    chinese: {
      title: "请求体过大",
      remedy: "请减少一次请求中的操作数量。",
    },
  },
  "headers-too-large": {
    status: 431,
    title: "The headers of the request are too large",
    remedy: "Send fewer or shorter headers: 16 kB in all.",
    retry: false,
    chinese: { title: "请求头过大", remedy: "请减少或缩短请求头：总共不超过 16 kB。" },
  },
  "request-too-slow": {
    status: 408,
    title: "The request did not arrive in time",
    remedy: "Send it again, with the same key, within thirty seconds.",
    retry: true,
    chinese: { title: "请求未及时到达", remedy: "请在三十秒内用同一个键重新发送。" },
  },
  "key-reused": {
    status: 422,
    title: "The key was used with another body",
    remedy:
      "Use a new random key for a new operation; to retry an old one, send the body that was sent first. Send the other " +
      "entries of a batch again with their own keys, never with new ones.",
    retry: false,
    chinese: {
      title: "该键已用于另一个请求体",
      remedy:
        "新操作请使用新的随机键；重试旧操作请发送最初的请求体。批次中的其他条目请用各自原有的键重新发送，不要换用新的键。",
    },
  },
  "too-many-requests": {
    status: 429,
    title: "Too many operations of this organisation are waiting",
    remedy: "Wait for the seconds in Retry-After and send the same request with the same key again.",
    retry: true,
    chinese: {
      title: "本机构等待处理的操作过多",
      remedy: "请等待 Retry-After 中的秒数，然后用同一个键再次发送同样的请求。",
    },
  },
  "void-operation": {
    status: 409,
    title: "The operation could not be executed",
    remedy: "It was taken out of the queue because no block could hold it. Nothing happened; ask the operator.",
    retry: false,
    chinese: {
      title: "该操作无法执行",
      remedy: "没有任何区块能容纳它，因此已从队列中移除。什么都没有发生；请联系运营方。",
    },
  },
  "role-missing": {
    status: 409,
    title: "The organisation's role does not allow this on the chain",
    remedy: "Ask the operator of the book for the role.",
    retry: false,
    chinese: {
      title: "该机构在链上的角色不允许此操作",
      remedy: "请向账本的运营方申请该角色。",
    },
  },
  "not-understood-on-chain": {
    status: 409,
    title: "The contract could not read the operation",
    remedy: "Nothing happened. This Kapok and the contract disagree about a format; ask the operator.",
    retry: false,
    chinese: {
      title: "合约无法读取该操作",
      remedy: "什么都没有发生。本 Kapok 与合约的格式不一致；请联系运营方。",
    },
  },
  "learning-from-chain": {
    status: 503,
    title: "The store is learning from the chain",
    remedy: "Wait for the seconds in Retry-After and send the same request with the same key again.",
    retry: true,
    chinese: {
      title: "存储正在从链上恢复",
      remedy: "请等待 Retry-After 中的秒数，然后用同一个键再次发送同样的请求。",
    },
  },
  "store-unavailable": {
    status: 503,
    title: "The store does not answer",
    remedy: "Send the same request with the same key again; an operation is never made twice.",
    retry: true,
    chinese: {
      title: "存储没有应答",
      remedy: "请用同一个键再次发送同样的请求；操作绝不会执行两次。",
    },
  },
  "keys-unavailable": {
    status: 503,
    title: "Tokens cannot be verified at this moment",
    remedy: "Send the same request with the same key again; nothing was done.",
    retry: true,
    chinese: {
      title: "目前无法验证令牌",
      remedy: "什么都没有发生；请用同一个键再次发送同样的请求。",
    },
  },
  "internal-error": {
    status: 500,
    title: "Our mistake",
    remedy: "Send the same request with the same key again; an operation is never made twice. Then tell the operator.",
    retry: true,
    chinese: {
      title: "我们的错误",
      remedy: "请用同一个键再次发送同样的请求；操作绝不会执行两次。然后请告知运营方。",
    },
  },
} satisfies Record<string, ProblemKind>;
