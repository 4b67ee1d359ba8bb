/**
 * Lets callers that arrive while a write or read is under way share the next one. Alone, a caller waits for nobody; in a
 * crowd, one call to the store serves many (a call costs far more than an item).
 *
 * @param perform handles up to `most` inputs at once and answers each in order
 */
export function gather<Input, Output>(
  perform: (inputs: Input[]) => Promise<Array<Output | Error>>,
  most: number,
  atOnce = 2,
): (input: Input) => Promise<Output> {
  const waiting: { input: Input; resolve: (output: Output) => void; reject: (error: Error) => void }[] = [];
  let underWay = 0;

  function start(): void {
    while (underWay < atOnce && waiting.length > 0) {
      underWay++;
      void finish(waiting.splice(0, most));
    }
  }

  async function finish(group: typeof waiting): Promise<void> {
    try {
      const outputs = await perform(group.map(({ input }) => input));
      group.forEach(({ resolve, reject }, index) => {
        const output = outputs[index] as Output | Error;
        if (output instanceof Error) reject(output);
        else resolve(output);
      });
    } catch (error) {
      for (const { reject } of group) reject(error as Error);
    } finally {
      underWay--;
      start();
    }
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (waiting.length === 1) setImmediate(start);
      else if (waiting.length >= most) start();
    });
}
