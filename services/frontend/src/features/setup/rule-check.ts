import { useSettled } from "../../lib/hooks";
import { parseJson } from "../../lib/json";
import { useQuery } from "../../lib/query/use";
import { checkRules } from "./api";
import { listOf, objectOf } from "./draft";

const SETTLED_MS = 350;

/** Why rules cannot be used, by their place in the list; asked of the server once the typing rests. */
export function useRuleProblems(schema: string, rules: string): ReadonlyMap<number, string> {
  const asked = useSettled(`${schema}\0${rules}`, SETTLED_MS);
  const [settledSchema = "", settledRules = ""] = asked.split("\0");
  const known = objectOf(settledSchema);
  const list = listOf(settledRules);
  const found = useQuery({
    key: ["rule-check", asked],
    read: (signal) => checkRules(known ?? {}, list ?? [], signal),
    enabled: known !== null && list !== null && list.length > 0,
    staleMs: Number.POSITIVE_INFINITY,
  });
  // What was found of another text would stand beside the wrong rule.
  if (asked !== `${schema}\0${rules}`) return NONE;
  return new Map(found.data?.data.flatMap(({ rule, problem }) => (problem ? [[rule, problem]] : [])));
}

const NONE: ReadonlyMap<number, string> = new Map();

/** The line, from 1, on which each item of a JSON list begins. */
export function linesOfItems(text: string): number[] {
  if (!Array.isArray(parseJson(text).value)) return [];
  const lines: number[] = [];
  let [line, depth, isQuoted, awaits] = [1, 0, false, false];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === "\n") line++;
    if (awaits && depth === 1 && /[^\s\]]/.test(sign)) {
      lines.push(line);
      awaits = false;
    }
    if (isQuoted && sign === "\\") at++;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (!isQuoted && "[{".includes(sign)) awaits = ++depth === 1;
    else if (!isQuoted && "]}".includes(sign)) depth--;
    else if (!isQuoted && sign === "," && depth === 1) awaits = true;
  }
  return lines;
}
