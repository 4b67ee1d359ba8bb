/**
 * The only test hook in the product. It does nothing unless KAPOK_CHECKPOINT_SOCKET was set when the process started.
 *
 * A fault test sets that variable to a unix socket (or an http URL) on which it listens. Each checkpoint then posts
 * `{ "name", "pid" }` there and waits for an answer. The test answers, and the process goes on; or the test kills the
 * process while it waits, which is a kill at exactly that step.
 */
import { request } from "node:http";
import { urlToHttpOptions } from "node:url";

const socket = process.env["KAPOK_CHECKPOINT_SOCKET"];

/**
 * Marks a step at which a process may die. Names are kebab-case sentences: `mined-not-logged`.
 *
 * @throws only where a test listens no longer; never where the variable is not set.
 */
export async function checkpoint(name: string): Promise<void> {
  if (socket === undefined || socket === "") return;
  await report(socket, JSON.stringify({ name, pid: process.pid }));
}

function report(target: string, body: string): Promise<void> {
  const address = target.startsWith("http") ? urlToHttpOptions(new URL(target)) : { socketPath: target, path: "/" };
  return new Promise((resolve, reject) => {
    const call = request({ ...address, method: "POST" });
    call.on("response", (answer) => answer.resume().on("end", resolve));
    call.on("error", reject);
    call.end(body);
  });
}
