/** QR codes (ISO/IEC 18004) of texts up to 213 bytes: byte mode, error correction M, versions 1 to 10. */

/** By version: correction bytes of a block, and blocks. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [10, 1],
  [16, 1],
  [26, 1],
  [18, 2],
  [24, 2],
  [16, 4],
  [18, 4],
  [22, 4],
  [22, 5],
  [26, 5],
];
const LEVEL_M = 0;

type Grid = boolean[][];

/** Rows of modules, true = dark. Throws RangeError for a text that is too long. */
export function qrCode(text: string): Grid {
  const bytes = [...new TextEncoder().encode(text)];
  const version = versionFor(bytes.length);
  const words = interleaved(dataWords(bytes, version), version);
  const size = 17 + 4 * version;
  const drawn = Array.from({ length: 8 }, (_, mask) => {
    const { grid, fixed } = frame(size, version);
    place(grid, fixed, words, mask);
    writeFormat(grid, mask);
    return grid;
  });
  return drawn.reduce((best, grid) => (penalty(grid) < penalty(best) ? grid : best));
}

function blocksOf(version: number): readonly [number, number] {
  return BLOCKS[version - 1] ?? [0, 0];
}

/** Modules that are not patterns, in whole bytes. */
function rawWords(version: number): number {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const marks = Math.floor(version / 7) + 2;
    modules -= (25 * marks - 10) * marks - 55;
    if (version >= 7) modules -= 36;
  }
  return Math.floor(modules / 8);
}

function capacity(version: number): number {
  const [correction, blocks] = blocksOf(version);
  return rawWords(version) - correction * blocks;
}

const lengthBits = (version: number) => (version < 10 ? 8 : 16);

function versionFor(length: number): number {
  for (let version = 1; version <= BLOCKS.length; version++) {
    if (4 + lengthBits(version) + 8 * length <= 8 * capacity(version)) return version;
  }
  throw new RangeError("too long for a QR code");
}

function dataWords(bytes: readonly number[], version: number): number[] {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let at = count - 1; at >= 0; at--) bits.push((value >> at) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, lengthBits(version));
  for (const byte of bytes) put(byte, 8);
  const room = 8 * capacity(version);
  put(0, Math.min(4, room - bits.length));
  while (bits.length % 8 > 0) bits.push(0);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  return Array.from({ length: room / 8 }, (_, at) =>
    bits.slice(8 * at, 8 * at + 8).reduce((byte, bit) => (byte << 1) | bit, 0),
  );
}

/** Blocks with their correction bytes, woven into one row. The first blocks are a byte shorter where they must be. */
function interleaved(data: readonly number[], version: number): number[] {
  const [correction, count] = blocksOf(version);
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  const divisor = divisorOf(correction);
  const blocks: number[][] = [];
  for (let at = 0, from = 0; at < count; at++) {
    const length = short + (at >= count - longer ? 1 : 0);
    blocks.push(data.slice(from, from + length));
    from += length;
  }
  const corrections = blocks.map((block) => remainder(block, divisor));
  const woven: number[] = [];
  for (let at = 0; at <= short; at++)
    for (const block of blocks) if (at < block.length) woven.push(block[at] ?? 0);
  for (let at = 0; at < correction; at++) for (const block of corrections) woven.push(block[at] ?? 0);
  return woven;
}

function times(one: number, other: number): number {
  let product = 0;
  for (let at = 7; at >= 0; at--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> at) & 1) * one;
  }
  return product;
}

function divisorOf(degree: number): number[] {
  const result: number[] = Array.from({ length: degree }, (_, at) => (at === degree - 1 ? 1 : 0));
  let root = 1;
  for (let turn = 0; turn < degree; turn++) {
    for (let at = 0; at < degree; at++) result[at] = times(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = times(root, 2);
  }
  return result;
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const result = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (result.shift() ?? 0);
    result.push(0);
    divisor.forEach((each, at) => {
      result[at] = (result[at] ?? 0) ^ times(each, factor);
    });
  }
  return result;
}

/** The patterns that every code of a version has; `fixed` marks where no data goes. */
function frame(size: number, version: number): { grid: Grid; fixed: Grid } {
  const empty = () => Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const grid = empty();
  const fixed = empty();
  const set = (x: number, y: number, dark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    put(grid, x, y, dark);
    put(fixed, x, y, true);
  };
  for (let at = 0; at < size; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    for (let dy = -4; dy <= 4; dy++)
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        set(x + dx, y + dy, ring !== 2 && ring !== 4);
      }
  }
  const marks = marksOf(size, version);
  const last = marks.length - 1;
  marks.forEach((x, i) => {
    marks.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++)
        for (let dx = -2; dx <= 2; dx++) set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    });
  });
  for (let at = 0; at < 9; at++) {
    put(fixed, 8, at, true);
    put(fixed, at, 8, true);
  }
  for (let at = 0; at < 8; at++) {
    put(fixed, size - 1 - at, 8, true);
    put(fixed, 8, size - 1 - at, true);
  }
  if (version >= 7) writeVersion(set, size, version);
  return { grid, fixed };
}

function put(grid: Grid, x: number, y: number, dark: boolean): void {
  const row = grid[y];
  if (row) row[x] = dark;
}

function marksOf(size: number, version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const marks = [6];
  for (let at = size - 7; marks.length < count; at -= step) marks.splice(1, 0, at);
  return marks;
}

function writeVersion(
  set: (x: number, y: number, dark: boolean) => void,
  size: number,
  version: number,
): void {
  let rest = version;
  for (let at = 0; at < 12; at++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at++) {
    const dark = ((bits >>> at) & 1) === 1;
    const far = size - 11 + (at % 3);
    const near = Math.floor(at / 3);
    set(far, near, dark);
    set(near, far, dark);
  }
}

function writeFormat(grid: Grid, mask: number): void {
  const size = grid.length;
  const data = (LEVEL_M << 3) | mask;
  let rest = data;
  for (let at = 0; at < 10; at++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const dark = (at: number) => ((bits >>> at) & 1) === 1;
  for (let at = 0; at <= 5; at++) put(grid, 8, at, dark(at));
  put(grid, 8, 7, dark(6));
  put(grid, 8, 8, dark(7));
  put(grid, 7, 8, dark(8));
  for (let at = 9; at < 15; at++) put(grid, 14 - at, 8, dark(at));
  for (let at = 0; at < 8; at++) put(grid, size - 1 - at, 8, dark(at));
  for (let at = 8; at < 15; at++) put(grid, 8, size - 15 + at, dark(at));
  put(grid, 8, size - 8, true);
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Bits go up and down in pairs of columns, from the right. */
function place(grid: Grid, fixed: Grid, words: readonly number[], mask: number): void {
  const size = grid.length;
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const isUp = ((right + 1) & 2) === 0;
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y]?.[x]) continue;
        const dark = (((words[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1) === 1;
        put(grid, x, y, dark !== (MASKS[mask]?.(x, y) ?? false));
        bit++;
      }
    }
  }
}

/** What readers stumble over: long runs, blocks, what looks like a corner, too much of one colour. */
function penalty(grid: Grid): number {
  const size = grid.length;
  const columns = Array.from({ length: size }, (_, x) => grid.map((row) => row[x] ?? false));
  let total = 0;
  for (const line of [...grid, ...columns]) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) total += run.length - 2;
    for (const corner of ["10111010000", "00001011101"])
      for (let at = text.indexOf(corner); at >= 0; at = text.indexOf(corner, at + 1)) total += 40;
  }
  for (let y = 0; y + 1 < size; y++)
    for (let x = 0; x + 1 < size; x++) {
      const dark = grid[y]?.[x];
      if (dark === grid[y]?.[x + 1] && dark === grid[y + 1]?.[x] && dark === grid[y + 1]?.[x + 1]) total += 3;
    }
  const share = grid.flat().filter(Boolean).length / (size * size);
  return total + Math.floor(Math.abs(share - 0.5) * 20) * 10;
}
