/**
 * Takes the lines of logs off standard output, so that they can be looked at; all else goes on.
 * @returns ends that
 */
export function linesOf(told: (line: Record<string, unknown>) => void): () => void {
  const write = process.stdout.write;
  process.stdout.write = ((chunk: string | Uint8Array, ...others: never[]) => {
    const text = String(chunk);
    if (!text.startsWith('{"time":')) return write.call(process.stdout, chunk, ...others);
    told(JSON.parse(text));
    return true;
  }) as typeof write;
  return () => (process.stdout.write = write);
}
