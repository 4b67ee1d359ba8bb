import type { z } from "zod";
import type { Facade } from "../core/facade.ts";
import type { batch, batchAnswer } from "./schemas.ts";

/**
 * Accepts many postings, all or none. A key that comes again in the batch with the same content is the same operation.
 * @throws Problem whatever Facade.accept throws, with the index of each entry that it is about
 */
export async function acceptBatch(
  facade: Facade,
  organisation: string,
  { operations }: z.output<typeof batch>,
): Promise<z.input<typeof batchAnswer>> {
  const accepted = await facade.accept(
    operations.map(({ key, kind, ...request }, index) => {
      const place = { index, path: `operations.${index}.key` };
      return { organisation, key, place, scenario: "points", kind, request };
    }),
  );
  const answers = accepted.map(async (operation, index) => ({
    key: operations[index]!.key,
    id: operation.id,
    status: await facade.status(operation),
  }));
  return { operations: await Promise.all(answers) };
}
