/** Exact sums of decimal strings; a float would be off by a cent sooner or later. */
interface Decimal {
  digits: bigint;
  scale: number;
}

function parsed(text: string): Decimal | null {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!found || (!found[2] && !found[3])) return null;
  const fraction = found[3] ?? "";
  const digits = BigInt(`${found[2] ?? ""}${fraction}` || "0");
  return { digits: found[1] === "-" ? -digits : digits, scale: fraction.length };
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function written(digits: bigint, scale: number): string {
  const sign = digits < 0n ? "-" : "";
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  const cut = all.length - scale;
  return scale === 0 ? sign + all : `${sign}${all.slice(0, cut)}.${all.slice(cut)}`;
}

export function isDecimal(text: string): boolean {
  return parsed(text) !== null;
}

/** null when one of them is no number. */
export function sum(texts: readonly string[]): string | null {
  const all = texts.map(parsed);
  if (all.some((each) => each === null)) return null;
  const numbers = all as Decimal[];
  const scale = Math.max(0, ...numbers.map((each) => each.scale));
  return written(
    numbers.reduce((total, each) => total + scaled(each, scale), 0n),
    scale,
  );
}

export function product(a: string, b: string): string | null {
  const [one, other] = [parsed(a), parsed(b)];
  return one && other ? written(one.digits * other.digits, one.scale + other.scale) : null;
}

/** Whether two numbers differ by at most `tolerance`; null when one is no number. */
export function isNear(a: string, b: string, tolerance = "0.01"): boolean | null {
  const all = [a, b, tolerance].map(parsed);
  if (all.some((each) => each === null)) return null;
  const numbers = all as Decimal[];
  const scale = Math.max(...numbers.map((each) => each.scale));
  const [one = 0n, other = 0n, room = 0n] = numbers.map((each) => scaled(each, scale));
  const apart = one > other ? one - other : other - one;
  return apart <= room;
}
