export interface Line {
  kind: "same" | "gone" | "new";
  text: string;
}

/** Two texts line by line, by their longest common run of lines. */
export function compareLines(before: string, after: string): Line[] {
  const old = before.split("\n");
  const now = after.split("\n");
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = now.length - 1; column >= 0; column--)
      common[row * width + column] =
        old[row] === now[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Line[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < now.length) {
    const [mine, theirs] = [old[row], now[column]];
    if (mine !== undefined && mine === theirs) {
      lines.push({ kind: "same", text: mine });
      row++;
      column++;
    } else if (mine !== undefined && (theirs === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: "gone", text: mine });
      row++;
    } else {
      lines.push({ kind: "new", text: theirs ?? "" });
      column++;
    }
  }
  return lines;
}
