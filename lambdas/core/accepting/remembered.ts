/** How old a view of the store's state may be on which a process decides. */
const VIEW_MILLISECONDS = 1000;

/** Reads once for all that ask within a second. What failed is read again. */
export function remembered<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  let readAt = 0;
  return () => {
    if (!value || Date.now() - readAt > VIEW_MILLISECONDS) {
      readAt = Date.now();
      value = read();
      value.catch(() => (value = undefined));
    }
    return value;
  };
}
