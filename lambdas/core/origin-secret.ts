/** The header in which the edge says to the API's functions that a request came through it. */
export const ORIGIN_HEADER = "x-origin-secret";

/** The name of one of a deployment's origin secrets. They are numbered, and what one holds never changes. */
export function originSecretName(deployment: string, number: number): string {
  return `${deployment}-origin-${number}`;
}

/**
 * Which secrets the functions accept while the edge sends `sent`: also the one before and the one after it, so that
 * neither has to change at the same moment as the other.
 */
export function acceptedNumbers(sent: number): number[] {
  return [sent - 1, sent, sent + 1].filter((number) => number >= 1);
}
