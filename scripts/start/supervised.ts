/** What a process that a supervisor started has to do with it: hints, and a common end. */

/** Something worth a look, never the truth itself: a hint may be lost, late or twice. */
export type Hint =
  | { readonly hint: "ready" }
  | { readonly hint: "queue"; readonly organisation: string }
  | { readonly hint: "block"; readonly number: number };

/** Ends this process when its supervisor is gone, however that ended. Does nothing where there is none. */
export function endWithSupervisor(): void {
  process.on("disconnect", () => process.exit(0));
}

/** Sends a hint to the supervisor, which passes it on to the other parts. Does nothing where there is none. */
export function tellSupervisor(hint: Hint): void {
  // A supervisor that has just died is no failure of the part: the part ends by the disconnection.
  process.send?.(hint, undefined, undefined, () => undefined);
}

/** Listens for the hints of other parts. */
export function onHint(listener: (hint: Hint) => void): void {
  process.on("message", (message) => {
    if (isHint(message)) listener(message);
  });
}

export function isHint(message: unknown): message is Hint {
  return typeof message === "object" && message !== null && "hint" in message;
}
