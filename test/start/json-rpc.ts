export class RpcError extends Error {
  readonly code: number;
  constructor(error: { code: number; message: string }) {
    super(error.message);
    this.code = error.code;
  }
}

export type Rpc = <T = unknown>(method: string, ...params: readonly unknown[]) => Promise<T>;

/** Calls methods of a node. Refusals are thrown as RpcError. */
export function jsonRpc(url: string): Rpc {
  return async <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
    const answer = await post(url, { jsonrpc: "2.0", id: 1, method, params });
    if (answer.error !== undefined) throw new RpcError(answer.error);
    return answer.result as T;
  };
}

/** Posts any body, and gives the answer as it is. */
export async function post(url: string, body: unknown): Promise<any> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  return response.json();
}
