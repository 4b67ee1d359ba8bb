import Big from "big.js";

/** Why a row is not taken: a reason that is counted, and in the message what stood there. */
export class UnreadableRow extends Error {
  override readonly name = "UnreadableRow";
  readonly reason: string;

  constructor(reason: string, found: string) {
    super(`${reason}: ${found === "" ? "nothing" : JSON.stringify(found.slice(0, 60))}`);
    this.reason = reason;
  }
}

const plain = /^-?\d+(\.\d+)?$/;
/** Commas are thousands separators for certain only if there are two of them or a decimal point follows. */
const separated = /^-?[1-9]\d{0,2}(,\d{3}){2,}$|^-?[1-9]\d{0,2}(,\d{3})+\.\d+$/;
const withComma = /^-?[\d.]*\d,\d+$/;

/**
 * A rate as exports write it: `100`, `99.5`, `1,234.50`, `-5.00`. Nothing is guessed: `12,50` and `1,234` could be
 * read in two ways a hundred- or a thousandfold apart.
 *
 * @throws UnreadableRow
 */
export function rateOf(text: string): Big {
  if (plain.test(text)) return new Big(text);
  if (separated.test(text)) return new Big(text.replaceAll(",", ""));
  if (withComma.test(text)) throw new UnreadableRow("ADR has a comma that may be a decimal comma", text);
  throw new UnreadableRow("ADR is not a number", text);
}
