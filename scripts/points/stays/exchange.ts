import http from "node:http";
import https from "node:https";
import type { IncomingHttpHeaders } from "node:http";

export interface Outgoing {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Incoming {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const silence = 30_000;
const plain = new http.Agent({ keepAlive: true });
const secure = new https.Agent({ keepAlive: true });

/**
 * One request and its whole answer, over connections that are kept. It costs half the processor time of fetch, which an
 * import of many thousand small requests notices.
 *
 * @throws Error whatever breaks the connection, and silence for 30 seconds
 */
export function exchange(url: string, { method, headers, body }: Outgoing, signal: AbortSignal): Promise<Incoming> {
  const [{ request }, agent] = url.startsWith("https:") ? [https, secure] : [http, plain];
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent, signal, timeout: silence }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
      answer.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in 30 seconds")));
    sent.on("error", reject);
    sent.end(body);
  });
}
