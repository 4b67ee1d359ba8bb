import { Problem } from "../problem.ts";
import { parseJson } from "./json.ts";

/** The most bytes that a body may have. */
export const bodyLimit = 1024 * 1024;

/**
 * The JSON value that a request brings; undefined when its body is empty.
 * @throws Problem `not-acceptable-encoding`, `body-too-large`, `invalid-request`
 */
export async function readJson(request: Request): Promise<unknown> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new Problem("not-acceptable-encoding", "The body has a Content-Encoding.");
  }
  const type = request.headers.get("content-type");
  if (type !== null && !isJson(type)) {
    throw new Problem("not-acceptable-encoding", "The Content-Type is not application/json in UTF-8.");
  }
  const bytes = await readBody(request);
  if (bytes.length === 0) return undefined;
  if (type === null) throw new Problem("not-acceptable-encoding", "The Content-Type is missing.");
  return parseJson(decoded(bytes));
}

/**
 * The bytes of a body.
 * @throws Problem `body-too-large`, `invalid-request` when the body ends early
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > bodyLimit) throw tooLarge();
  try {
    // What announced its length cannot be longer: the HTTP parser ends it there. That spares a stream.
    if (announced !== null) return new Uint8Array(await request.arrayBuffer());
    return await collected(request.body);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid-request", "The body ended early.");
  }
}

async function collected(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > bodyLimit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("invalid-request", "The body is not UTF-8.");
  }
}

function isJson(contentType: string): boolean {
  const [type, ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  return type === "application/json" && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
}

function tooLarge(): Problem {
  return new Problem("body-too-large", `A body may have ${bodyLimit} bytes.`, { limit: bodyLimit });
}
