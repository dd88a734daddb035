import { signal } from "@preact/signals";

/** A filter that a person named. It is kept in this browser. */
export interface View {
  name: string;
  /** The list's address, `/processes?...`. */
  address: string;
}

const STORED = "docflow.process-views";

function stored(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(found: unknown): found is View {
  const { name, address } = (found ?? {}) as Partial<View>;
  return typeof name === "string" && typeof address === "string" && address.startsWith("/processes");
}

export const views = signal<readonly View[]>(stored());

function keep(next: readonly View[]): void {
  views.value = next;
  localStorage.setItem(STORED, JSON.stringify(next));
}

/** A name that is there already is given the new filter. */
export function saveView(view: View): void {
  keep([...views.value.filter((each) => each.name !== view.name), view]);
}

export function dropView(name: string): void {
  keep(views.value.filter((each) => each.name !== name));
}
