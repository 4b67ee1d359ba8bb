/** How many tests passed, failed and were skipped. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * What runners say of themselves in lines such as `7 passing`; all that was run as one, where nobody says anything.
 * @param code how it ended
 */
export function countsOf(output: string, code: number): Counts {
  const sum = (words: string) => {
    const lines = output.matchAll(new RegExp(`^\\s*(\\d+) (?:${words})\\b`, "gm"));
    return [...lines].reduce((total, [, count]) => total + Number(count), 0);
  };
  const own = { passed: sum("passing|passed"), failed: sum("failing|failed"), skipped: sum("pending|skipped") };
  const counts = own.passed + own.failed > 0 ? own : { passed: code === 0 ? 1 : 0, failed: 0, skipped: own.skipped };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}
