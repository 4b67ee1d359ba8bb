import { isDeepStrictEqual } from "node:util";
import { LawBroken } from "../core/auditing/book.ts";
import type { AuditBook } from "../core/auditing/book.ts";

/**
 * Replays the book from its events.
 * @throws LawBroken at the first difference
 */
export async function audit(book: AuditBook): Promise<void> {
  const law = "The pool that the events tell of is the pool that the contract keeps";
  let told: Record<string, unknown> | undefined;
  for await (const { name, args } of book.events()) if (name === "PoolMoved") told = { ...args };
  const kept = await book.read("pool");
  if (told !== undefined && !isDeepStrictEqual(told, { ...kept })) throw new LawBroken(law, "they differ");
  book.checked(law, 1);
}
