/** The longest that a request is held, in seconds. */
export const longestWait = 20;

/** A wish to wait for the outcome: how long to hold the request, and how it was worded. */
export interface Wait {
  milliseconds: number;
  /** For the header Preference-Applied, when the wish is met. */
  applied: string;
}

/**
 * The `wait` of a Prefer header (RFC 7240, 4.3), held for at most {@link longestWait}. Preferences that are not
 * understood are ignored, as the RFC wants it; of several waits the first counts.
 * @param longest seconds; with 0, nobody is held
 */
export function waitOf(prefer: string | undefined, longest = longestWait): Wait | undefined {
  if (longest === 0) return undefined;
  for (const preference of prefer?.split(",") ?? []) {
    const [name, value] = preference.split(";")[0]!.split("=", 2);
    if (name!.trim().toLowerCase() !== "wait") continue;
    const seconds = /^(?:"(\d{1,9})"|(\d{1,9}))$/.exec(value?.trim() ?? "");
    if (seconds === null) return undefined;
    const asked = Number(seconds[1] ?? seconds[2]);
    return { milliseconds: Math.min(asked, longest) * 1000, applied: `wait=${asked}` };
  }
  return undefined;
}
