/** Headers as they stand on the wire: name, value, name, value. */

/** Headers that concern one connection only, and are not passed on. */
export const ofConnection: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** All but these. */
export function without(rawHeaders: readonly string[], names: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !names.includes(rawHeaders[index - (index % 2)]!.toLowerCase()));
}
