import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { linesOf } from "../../scripts/points/stays/lines.ts";
import { recordsOf } from "../../scripts/points/stays/records.ts";
import { rateOf, UnreadableRow } from "../../scripts/points/stays/rate.ts";
import { Reconciliation } from "../../scripts/points/stays/reconciliation.ts";
import { rowsOf } from "../../scripts/points/stays/rows.ts";
import { bookingOf } from "../../scripts/points/stays/stay.ts";

const fixtures = join(import.meta.dirname, "fixtures");
/** Where the real exports are; see the README of the project. */
const realFiles = join(process.env["KAPOK_DATA"] ?? "../shared/data", "hotel-bookings");

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("import: a rate", () => {
  const read = { "100": "100", "99.5": "99.5", "-5.00": "-5", "1,234.50": "1234.5", "-1,234.5": "-1234.5" };
  for (const [text, value] of Object.entries({ ...read, "1,234,567": "1234567", "007": "7", "-0.00": "0" })) {
    it(`${text} is ${value}`, () => expect(rateOf(text).eq(value)).to.equal(true));
  }
  for (const text of ["12,50", "1,234", "1.234,50", "-12,5", "0,5"]) {
    it(`${text} is refused for its comma`, () => expect(() => rateOf(text)).to.throw(UnreadableRow, "decimal comma"));
  }
  for (const text of [
    "",
    "N/A",
    "1e3",
    "0x10",
    "NaN",
    "Infinity",
    "--5",
    "+5",
    "5.",
    ".5",
    "1 000",
    "¥90",
    "1,23,4.5",
  ]) {
    it(`"${text}" is refused`, () => expect(() => rateOf(text)).to.throw(UnreadableRow, "not a number"));
  }
});

describe("import: a booking", () => {
  const booking = (changes: Record<string, string>) => {
    const stay = { StaysInWeekendNights: "1", StaysInWeekNights: "2", ADR: "100", ReservationStatus: "Check-Out" };
    return bookingOf(new Map(Object.entries({ Hotel: "H", RowNo: "1", IsCanceled: "0", ...stay, ...changes })));
  };

  it("is worth its rate times all its nights", () => expect(booking({}).points).to.equal(300));
  it("is worth whole points, rounded down", () => expect(booking({ ADR: "0.99" }).points).to.equal(2));
  it("is computed in decimals", () => {
    expect(Math.floor(4.35 * 100)).to.equal(434);
    expect(booking({ ADR: "4.35", StaysInWeekendNights: "0", StaysInWeekNights: "100" }).points).to.equal(435);
  });
  it("earns nothing by two negatives", () => {
    const both = booking({ ADR: "-100", StaysInWeekendNights: "-1", StaysInWeekNights: "-2" });
    expect(both).to.include({ points: 0, worthless: "negative rate or nights" });
  });
  it("that was cancelled needs no rate", () => {
    const cancelled = booking({ IsCanceled: "1", ReservationStatus: "Canceled", ADR: "?" });
    expect(cancelled).to.include({ status: "cancelled", points: 0 });
  });
});

describe("import: lines and records", () => {
  let folder: string;
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "import-"))));
  after(() => rm(folder, { recursive: true }));

  const written = async (content: string | Buffer) => {
    const path = join(folder, "export.csv");
    await writeFile(path, content);
    return path;
  };
  const records = async (content: string) =>
    (await collected(recordsOf(linesOf(await written(content)), ["A", "B"]))).map((record) =>
      "fields" in record ? [...record.fields.values()].join("|") : `${record.line}: ${record.broken}`,
    );

  it("reads CRLF, LF, blank lines and a last line without an end", async () => {
    expect(await records("A,B\r\n1,2\r\n\r\n3,4\n 5 , 6 ")).to.deep.equal(["1|2", "3|4", "5|6"]);
  });
  it("reads line breaks and quotes inside quotes", async () => {
    expect(await records('A,B\n"1\n\nx","say ""2"""\n3,4\n')).to.deep.equal(['1\n\nx|say "2"', "3|4"]);
  });
  it("loses only the line whose quote is not closed", async () => {
    const open = "2: its quotes do not match";
    expect(await records('A,B\n1,"2\n3,4')).to.deep.equal([open, "3|4"]);
    expect(await records('A,B\n1,"2\n3,4\n"x","y, z"\n5,6')).to.deep.equal([open, "3|4", "x|y, z", "5|6"]);
    expect(await records('A,B\n1,"2\n3,4\nx,"y, z"\n')).to.deep.equal([open, "3|4", "x|y, z"]);
  });
  it("does not hold the rest of the file behind an open quote", async () => {
    const rest = Array.from({ length: 500 }, (_, index) => `${index},x`);
    const read = await records(`A,B\n1,"2\n${rest.join("\n")}\n`);
    expect(read).to.have.length(501).and.to.include("499|x");
  });
  it("names missing columns and columns that are there twice", async () => {
    const failing = async (header: string) => records(header).catch((error: Error) => error.message);
    expect(await failing("B,C\n")).to.match(/names no column A\. It begins: B,C/);
    expect(await failing("a;b\n")).to.match(/no column A, B\. Columns are separated by commas/);
    expect(await failing("A,B,A\n")).to.match(/more than one column A/);
    expect(await failing("\n\n")).to.match(/only blank ones/);
  });
  it("refuses bytes that are not in the encoding, and says what to do", async () => {
    const path = join(fixtures, "stays-gb18030.csv");
    const error = await collected(linesOf(path)).catch((caught: Error) => caught);
    expect(error).to.have.property("name", "UnusableInput");
    expect((error as Error).message).to.match(/line 1 .* not utf-8.* --encoding gb18030/);
  });
  it("refuses UTF-16 without a mark, a file that is empty, absent or no file, and unknown encodings", async () => {
    const failing = (path: string, encoding?: string) =>
      collected(linesOf(path, encoding)).catch((error: Error) => error.message);
    expect(await failing(await written(Buffer.from("A,B\n1,2\n", "utf16le")))).to.match(/UTF-16 without/);
    expect(await failing(join(fixtures, "empty.csv"))).to.match(/empty\.csv is empty/);
    expect(await failing(join(fixtures, "absent.csv"))).to.match(/no such file/);
    expect(await failing(fixtures)).to.match(/is not a file/);
    expect(await failing(await written("A"), "latin-9000")).to.match(/no encoding "latin-9000"/);
    expect(await failing(await written("A".repeat(1_100_000)))).to.match(/Is it CSV/);
  });
  for (const [name, encoding] of [["utf-8-mark"], ["utf-16le"], ["utf-16be"], ["gb18030", "gb18030"]]) {
    it(`reads ${name}`, async () => {
      const rows = await collected(rowsOf(join(fixtures, `stays-${name}.csv`), encoding));
      const bookings = rows.map((row) => ("booking" in row ? row.booking : row.reason));
      expect(bookings[0]).to.deep.equal({ hotel: "白云宾馆", rowNo: 1, status: "checked-out", points: 701 });
      expect(bookings).to.have.length(3);
    });
  }
});

describe("import: whole files", () => {
  const foresee = async (path: string) => {
    const reconciliation = new Reconciliation();
    for await (const row of rowsOf(path)) reconciliation.foresee(row);
    return reconciliation;
  };

  it("counts each kind of dirt by its reason", async () => {
    const { rows, pointsByFile } = await foresee(join(fixtures, "stays-with-dirt.csv"));
    const counted = Object.fromEntries([...rows].map(([outcome, reasons]) => [outcome, Object.fromEntries(reasons)]));
    expect(counted).to.deep.equal({
      earned: { "": 8 },
      "worth nothing": { "negative rate or nights": 2, "rate of zero": 2, "no night": 1, "less than one point": 1 },
      cancelled: { "": 1 },
      "no-show": { "": 1 },
      unreadable: {
        "ADR has a comma that may be a decimal comma": 2,
        "ADR is not a number": 3,
        "ReservationStatus and IsCanceled do not fit together": 1,
        "StaysInWeekNights is not a whole number": 1,
        "RowNo is not a whole number": 1,
        "too few columns": 1,
        "too many columns": 1,
        "its quotes do not match": 2,
        "more points than one earning can hold": 2,
      },
      repeated: { "": 1 },
      contradicting: { "": 2 },
    });
    expect(pointsByFile).to.equal(300 + 299 + 3703 + 435 + 270 + 268_435_455 + 225 + 30);
  });

  const real = [
    { file: "H1-2015-07..12.csv", rows: 8314, stays: 6176, nothing: 166, points: 2_616_052 },
    { file: "H2-2015-07..09.csv", rows: 7407, stays: 3693, nothing: 179, points: 953_065 },
  ];
  for (const { file, rows, stays, nothing, points } of real) {
    it(`${file} has ${stays} stays worth ${points} points`, async function () {
      const path = join(realFiles, file);
      if (!existsSync(path)) {
        this.test!.title += ` (skipped: the real export is not at ${path}; set KAPOK_DATA to the folder that has it)`;
        this.skip();
      }
      const reconciliation = await foresee(path);
      expect(reconciliation.total()).to.equal(rows);
      expect(reconciliation.total("earned")).to.equal(stays - nothing);
      expect(reconciliation.total("worth nothing")).to.equal(nothing);
      expect(reconciliation.pointsByFile).to.equal(points);
    });
  }
});
