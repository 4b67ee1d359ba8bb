/** A line of what a command shows: what it is about, and what there is to say. */
export function row(about: string, text: string): string {
  return `  ${about.padEnd(10)} ${text}`.trimEnd();
}

/** RFC 3339. @param milliseconds since 1970 */
export function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** How long something takes or lies back, for a person. @param milliseconds of it */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
