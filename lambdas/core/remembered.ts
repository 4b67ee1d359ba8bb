/** How old a view of the store's state may be on which a process decides, milliseconds. */
export const VIEW_MILLISECONDS = 1000;

/** Reads once for all that ask within that time, by a clock that nobody sets. What failed is read again. */
export function remembered<T>(read: () => Promise<T>, milliseconds = VIEW_MILLISECONDS): () => Promise<T> {
  let value: Promise<T> | undefined;
  let readAt = 0;
  return () => {
    if (!value || performance.now() - readAt > milliseconds) {
      readAt = performance.now();
      value = read();
      value.catch(() => (value = undefined));
    }
    return value;
  };
}
