/** Lets so many calls be under way at once; the others wait for their turn. */
export function atMost(most: number): <T>(call: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (call) => {
    if (underWay >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay++;
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay--;
    }
  };
}
