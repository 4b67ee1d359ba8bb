import { connect } from "node:net";
import { connect as connectSecurely } from "node:tls";

/**
 * Sends bytes as they are to whoever serves `url`, then waits for the end.
 * @param halfway closes the connection behind the last byte, as a client that dies does
 * @returns the status of each answer, in order; none where the connection was closed without one
 */
export function sendRaw(url: string, bytes: (string | Uint8Array)[], halfway = false): Promise<number[]> {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "https:";
  const place = { host: hostname, port: Number(port) || (secure ? 443 : 80), servername: hostname };
  return new Promise((resolve) => {
    const socket = secure ? connectSecurely(place) : connect(place);
    let text = "";
    const finish = () => {
      socket.destroy();
      resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)));
    };
    socket.setTimeout(3000, finish);
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", finish);
    socket.on("close", finish);
    for (const part of bytes) socket.write(part);
    if (halfway) socket.end();
  });
}

/** A request as text, with `Connection: close` so that its answer ends. */
export function request(line: string, headers: Record<string, string>, body = ""): string {
  const all = Object.entries({ Connection: "close", ...headers });
  return `${line} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}
