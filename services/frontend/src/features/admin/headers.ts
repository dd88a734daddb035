/** Headers as people write them: `Name: value`, one a line. */
export interface Headers {
  headers: Record<string, string>;
  /** The number of the first line that is none; 1 = the first. */
  wrongLine?: number;
}

const LINE = /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})\s*:\s*([\x20-\x7e]{0,2000})$/;

export function readHeaders(text: string): Headers {
  const headers: Record<string, string> = {};
  const names = new Set<string>();
  for (const [place, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const found = LINE.exec(line.trim());
    const [, name, value] = found ?? [];
    if (name === undefined || value === undefined || names.has(name.toLowerCase()))
      return { headers, wrongLine: place + 1 };
    names.add(name.toLowerCase());
    headers[name] = value;
  }
  return { headers };
}
