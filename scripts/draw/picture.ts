import type { Column, Drawable, Row } from "./deployment.ts";
import { arrow, badge, box, line, text, tips, widthOf, wrapped } from "./svg.ts";

/** Colours of what a row does with a column. */
const colors: Record<string, string> = {
  reads: "#5b6b7b",
  identity: "#a9b2bb",
  lists: "#5b6b7b",
  verifies: "#5b6b7b",
  "public key": "#5b6b7b",
  watches: "#5b6b7b",
  adds: "#1f8a70",
  "reads, adds": "#1f8a70",
  changes: "#c2691c",
  signs: "#c62f4b",
  tells: "#7a4fb5",
  "what failed": "#8a6d3b",
};

const [LEFT, ROW_X, ROW_WIDTH, FIRST_COLUMN, COLUMN] = [24, 310, 340, 700, 122];
const [HEAD, ROW_HEIGHT, GAP] = [74, 78, 26];
const [INK, WIRE, STARTS, STREAM] = ["#2b2b2b", "#b9c0c8", "#c62f4b", "#1668b8"];

/** Boxes of stacks: fill and border. */
const paints: [string, string][] = [
  ["#fdf5e8", "#d9a54e"],
  ["#eef6ee", "#79ab7c"],
  ["#eef3fa", "#7f9fc9"],
];

interface Band {
  stack: string;
  top: number;
  bottom: number;
  heads: Column[];
}

/**
 * A deployment as a crossbar: who acts stands in rows, what is used stands above columns, and a word where they cross
 * says what for. Arrows on the left say who starts whom.
 */
export function picture(drawable: Drawable): string {
  return new Picture(drawable).draw();
}

class Picture {
  private readonly rows: Row[];
  private readonly columns: Column[];
  private readonly bands: Band[] = [];
  private readonly middles = new Map<Row, number>();
  private readonly heads = new Map<Column, number>();
  private readonly width: number;
  private height = 64;

  constructor({ rows, columns }: Drawable) {
    this.rows = rows;
    this.columns = columns;
    this.width = FIRST_COLUMN + columns.length * COLUMN + LEFT;
    for (const stack of this.stacks()) this.place(stack);
  }

  draw(): string {
    const parts = [
      ...this.bands.flatMap((band, index) => this.band(band, index)),
      ...this.columns.map((column) => this.rail(column)),
      ...this.rows.flatMap((row) => this.wires(row)),
      ...this.columns.flatMap((column) => this.head(column)),
      ...this.rows.flatMap((row) => [...this.node(row), ...this.trigger(row)]),
      ...this.starts(),
      ...this.rows.flatMap((row) => this.badges(row)),
    ];
    const title = text(LEFT, 38, "What is deployed", { size: 22, weight: 700 });
    const about =
      "A red arrow starts a function and does not wait for it. Generated from the templates by npm run draw";
    const note = text(this.width - LEFT, 38, about, { size: 12, fill: "#777777", anchor: "end" });
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}" font-family="Helvetica, Arial, 'Noto Sans', sans-serif">`,
      tips(INK, STARTS, STREAM),
      `<rect width="${this.width}" height="${this.height}" fill="#ffffff"/>`,
      title,
      note,
      ...parts,
      "</svg>\n",
    ].join("\n");
  }

  /** What everything else rests on comes first, then scenarios, then core, which has the most. */
  private stacks(): string[] {
    const named = [...new Set(this.rows.map(({ stack }) => stack))];
    const count = (stack: string) => this.rows.filter((row) => row.stack === stack).length;
    const holds = (stack: string) => this.columns.filter((column) => column.stack === stack).length;
    return named
      .toSorted((one, other) => holds(other) - holds(one) || count(one) - count(other))
      .toSorted((one, other) => Number(holds(one) === 1) - Number(holds(other) === 1));
  }

  private place(stack: string): void {
    const heads = this.columns.filter((column) => column.stack === stack);
    const top = this.height;
    let y = top + 34 + (heads.length > 0 ? HEAD + 14 : 0);
    for (const column of heads) this.heads.set(column, top + 34);
    if (this.bands.length === 0) {
      for (const column of this.columns) if (!column.stack) this.heads.set(column, top + 34);
    }
    for (const row of this.rows.filter((each) => each.stack === stack)) {
      this.middles.set(row, y + ROW_HEIGHT / 2);
      y += ROW_HEIGHT + GAP;
    }
    this.bands.push({ stack, top, bottom: y, heads });
    this.height = y + 26;
  }

  private band({ stack, top, bottom, heads }: Band, index: number): string[] {
    const kept = index === 0;
    const [fill, stroke] = paints[kept ? 0 : heads.length > 0 ? 2 : 1]!;
    const inside = this.columns.filter((column) => column.stack === undefined).length;
    const right = kept ? this.xOf(this.columns.filter((each) => each.stack === stack).at(-1)!) + COLUMN / 2 + 4 : 0;
    const width = kept && inside > 0 ? right - LEFT : this.width - 2 * LEFT;
    const says = `stack ${stack}${kept ? ": what must not be lost" : ""}`;
    return [
      box(LEFT, top, width, bottom - top, fill, stroke, ` stroke-width="1.5"`),
      text(LEFT + 14, top + 23, says, { size: 14, weight: 700, fill: stroke }),
    ];
  }

  private xOf(column: Column): number {
    return FIRST_COLUMN + this.columns.indexOf(column) * COLUMN + COLUMN / 2;
  }

  private rail(column: Column): string {
    const ys = this.rows.filter(({ uses }) => uses.has(column)).map((row) => this.middles.get(row)!);
    return line(`M${this.xOf(column)} ${this.heads.get(column)! + HEAD}V${Math.max(...ys)}`, WIRE, 2);
  }

  private head(column: Column): string[] {
    const [x, y] = [this.xOf(column), this.heads.get(column)!];
    const isOurs = column.stack !== undefined;
    return [
      box(
        x - COLUMN / 2 + 7,
        y,
        COLUMN - 14,
        HEAD,
        "#ffffff",
        isOurs ? "#8a8a8a" : "#b0b0b0",
        isOurs ? "" : ` stroke-dasharray="5 4"`,
      ),
      text(x, y + 24, column.title, { size: 12.5, weight: 700, anchor: "middle" }),
      ...column.about.map((says, n) =>
        text(x, y + 43 + n * 15, says, { size: 10.5, fill: "#666666", anchor: "middle" }),
      ),
    ];
  }

  private node(row: Row): string[] {
    const [x, y] = [ROW_X, this.middles.get(row)! - ROW_HEIGHT / 2];
    const lines = row.about.flatMap((says) => wrapped(says, 52));
    return [
      box(x, y, ROW_WIDTH, ROW_HEIGHT, "#ffffff", "#8a8a8a"),
      text(x + 14, y + 22, row.title, { size: 13.5, weight: 700 }),
      ...lines.map((says, n) => text(x + 14, y + 40 + n * 15, says, { size: 11, fill: "#555555" })),
    ];
  }

  private wires(row: Row): string[] {
    const y = this.middles.get(row)!;
    const used = [...row.uses.keys()].map((column) => this.xOf(column));
    const wire = used.length > 0 ? [line(`M${ROW_X + ROW_WIDTH} ${y}H${Math.max(...used)}`, WIRE, 2)] : [];
    if (!row.stream) return wire;
    const from = this.xOf(row.stream.column);
    const [top, at] = [this.heads.get(row.stream.column)! + HEAD, y - 22];
    const stream = arrow(`M${from + 9} ${top}V${at - 8}q0 8 -8 8H${ROW_X + ROW_WIDTH + 1}`, STREAM, 2.5);
    return [...wire, stream];
  }

  private badges(row: Row): string[] {
    const y = this.middles.get(row)!;
    const marks = [...row.uses].map(([column, words]) => {
      const said = words.has("signs") ? "signs" : [...words].join(", ");
      return badge(this.xOf(column), y, said, colors[said] ?? INK);
    });
    const { stream } = row;
    const says = { size: 11, weight: 600, fill: STREAM };
    const passes = stream ? [text(this.xOf(stream.column) + 18, y - 18, `its stream: ${stream.passes}`, says)] : [];
    return [...marks, ...passes];
  }

  private trigger(row: Row): string[] {
    const y = this.middles.get(row)!;
    if (row.triggers.length === 0) return [];
    const at = y - (row.triggers.length - 1) * 14;
    return row.triggers.flatMap((says, n) => {
      const place = at + n * 28;
      const width = Math.round(widthOf(says, 11) + 18);
      return [
        `<rect x="${LEFT + 14}" y="${place - 11}" width="${width}" height="22" rx="5" fill="#ffffff" stroke="${INK}"/>`,
        text(LEFT + 23, place + 4, says, { size: 11, weight: 600 }),
        arrow(`M${LEFT + 14 + width} ${place}H${ROW_X - 1}`, INK, 1.5),
      ];
    });
  }

  /** One arrow each, in tracks beside each other, so that none lies on another. */
  private starts(): string[] {
    const byTitle = new Map(this.rows.map((row) => [row.title, row]));
    const pairs = this.rows.flatMap((row) => row.starts.map((title) => [row, byTitle.get(title)!] as const));
    const leaving = new Map<Row, number>();
    const parts: string[] = [];
    let track = 0;
    for (const [from, to] of pairs) {
      if (from === to) {
        const y = this.middles.get(from)! - ROW_HEIGHT / 2;
        parts.push(arrow(`M${ROW_X + ROW_WIDTH - 76} ${y}v-9q0 -6 6 -6h34q6 0 6 6v8`, STARTS, 1.8));
        continue;
      }
      const nth = (row: Row) => {
        leaving.set(row, (leaving.get(row) ?? 0) + 1);
        return leaving.get(row)! * 13 - 13;
      };
      const down = this.middles.get(to)! > this.middles.get(from)!;
      const side = (row: Row, below: boolean) => this.middles.get(row)! + (below ? 1 : -1) * (34 - (nth(row) % 26));
      const [a, b] = [side(from, down), side(to, !down)];
      const x = ROW_X - 20 - (track++ % 4) * 13;
      const turn = down ? 6 : -6;
      parts.push(
        arrow(`M${ROW_X} ${a}H${x + 6}q-6 0 -6 ${turn}V${b - turn}q0 ${turn} 6 ${turn}H${ROW_X - 1}`, STARTS, 1.8),
      );
    }
    return parts;
  }
}
