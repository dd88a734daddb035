import type { ProcessStatus } from "./api";

/** What the list shows. Days are local, `YYYY-MM-DD`, both counted in. */
export interface ProcessFilter {
  status: ProcessStatus[];
  type: string;
  from: string;
  to: string;
  mine: boolean;
  q: string;
  field: { name: string; value: string } | null;
}

export const ALL: ProcessFilter = {
  status: [],
  type: "",
  from: "",
  to: "",
  mine: false,
  q: "",
  field: null,
};

/** The statuses under the words that people know. */
export const GROUPS = {
  running: ["pending", "ingested", "classifying", "extracting", "validating"],
  review: ["hitl_review"],
  completed: ["completed"],
  failed: ["failed"],
  cancelled: ["cancelled"],
} as const satisfies Record<string, readonly ProcessStatus[]>;

export type Group = keyof typeof GROUPS;

export function holds(filter: ProcessFilter, group: Group): boolean {
  return GROUPS[group].every((each) => filter.status.includes(each));
}

export function toggled(filter: ProcessFilter, group: Group): ProcessFilter {
  const own: readonly ProcessStatus[] = GROUPS[group];
  const others = filter.status.filter((each) => !own.includes(each));
  return { ...filter, status: holds(filter, group) ? others : [...others, ...own] };
}

/** From the page's address. Groups stand in it by their names. */
export function filterOf(query: Record<string, string>): ProcessFilter {
  const named = (query.status ?? "").split(",").filter((each): each is Group => each in GROUPS);
  const [name, ...value] = (query.field ?? "").split("=");
  return {
    status: named.flatMap((each) => [...GROUPS[each]]),
    type: query.type ?? "",
    from: dayOf(query.from),
    to: dayOf(query.to),
    mine: query.mine === "yes",
    q: query.q ?? "",
    field: name && value.length > 0 ? { name, value: value.join("=") } : null,
  };
}

function dayOf(text: string | undefined): string {
  return text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";
}

export function addressOf(filter: ProcessFilter): string {
  const groups = (Object.keys(GROUPS) as Group[]).filter((each) => holds(filter, each));
  const query = new URLSearchParams();
  if (groups.length > 0) query.set("status", groups.join(","));
  for (const name of ["type", "from", "to", "q"] as const) if (filter[name]) query.set(name, filter[name]);
  if (filter.mine) query.set("mine", "yes");
  if (filter.field) query.set("field", `${filter.field.name}=${filter.field.value}`);
  const text = query.toString();
  return `/processes${text && `?${text}`}`;
}

export function isAll(filter: ProcessFilter): boolean {
  return addressOf(filter) === addressOf(ALL);
}
