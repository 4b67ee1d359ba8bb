/** Pieces of SVG, as text. Coordinates are pixels. */

export interface TextStyle {
  size?: number;
  weight?: number;
  fill?: string;
  anchor?: "start" | "middle" | "end";
}

/** About as wide as letters of the fonts that may show it. */
export const widthOf = (text: string, size: number) => text.length * size * 0.56;

export function text(x: number, y: number, says: string, style: TextStyle = {}): string {
  const { size = 12, weight = 400, fill = "#2b2b2b", anchor = "start" } = style;
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(says)}</text>`;
}

export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  stroke: string,
  more = "",
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}"${more}/>`;
}

export function line(points: string, stroke: string, width: number): string {
  return `<path d="${points}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`;
}

/** A line with a tip at its end. Its color is one of {@link tips}. */
export function arrow(points: string, stroke: string, width: number): string {
  return line(points, stroke, width).replace("/>", ` marker-end="url(#tip${stroke.slice(1)})"/>`);
}

/** What arrows of these colors need. */
export function tips(...colors: string[]): string {
  const markers = colors.map(
    (color) =>
      `<marker id="tip${color.slice(1)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" ` +
      `markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 10 5 0 10z" fill="${color}"/></marker>`,
  );
  return `<defs>${markers.join("")}</defs>`;
}

/** A word on a line. */
export function badge(x: number, y: number, says: string, color: string): string {
  const width = Math.round(widthOf(says, 11) + 16);
  return (
    `<rect x="${x - width / 2}" y="${y - 10}" width="${width}" height="20" rx="10" fill="${color}"/>` +
    text(x, y + 4, says, { size: 11, weight: 600, fill: "#ffffff", anchor: "middle" })
  );
}

/** Words in lines of at most so many letters. */
export function wrapped(says: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of says.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const escaped = (says: string) => says.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
