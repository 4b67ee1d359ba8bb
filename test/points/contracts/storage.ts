import { type Hex, encodeAbiParameters, hexToBigInt, keccak256, numberToHex } from "viem";
import type { Book } from "./book.ts";
import type { Counters } from "./naive-books.ts";

/**
 * Makes a book as old as no test could: as if its merchant had issued so many points more, and accepted all of them. It
 * must have posted something in the open settlement. The slots are found by what lies in them.
 */
export async function growOld(book: Book, merchant: string, points: bigint): Promise<void> {
  const id = book.organisationId(merchant);
  const [pool, position] = await Promise.all([book.read("pool"), book.read("position", [id])]);
  const bases = Array.from({ length: 24 }, (_, slot) => numberToHex(slot, { size: 32 }));
  const entryOf = (base: Hex) => keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [id, base]));
  await grow(book, bases, pool, points);
  await grow(book, bases.map(entryOf), position, points);
}

async function grow(book: Book, slots: Hex[], counters: Counters, points: bigint): Promise<void> {
  const { address } = book.ledger;
  for (const slot of slots) {
    const word = hexToBigInt((await book.client.getStorageAt({ address, slot })) ?? "0x0");
    if (word === 0n || word !== packed(counters)) continue;
    const grown = { ...counters, issued: counters.issued + points, redeemed: counters.redeemed + points };
    await book.client.setStorageAt({ address, index: slot, value: numberToHex(packed(grown), { size: 32 }) });
    return;
  }
  throw new Error("no slot holds these counters");
}

function packed({ issued, clawedBack, redeemed, givenBack }: Counters): bigint {
  return issued | (clawedBack << 64n) | (redeemed << 128n) | (givenBack << 192n);
}
