import { signal } from "@preact/signals";

/** A filter that a person named. It is kept in this browser, for that person. */
export interface View {
  name: string;
  /** The list's address, `/processes?...`. */
  address: string;
}

let place = "";

export const views = signal<readonly View[]>([]);

/** Shows those of the person who signed in. */
export function openViews(userId: string): void {
  place = `docflow.process-views.${userId}`;
  views.value = stored();
}

function stored(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place) ?? "[]");
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(found: unknown): found is View {
  const { name, address } = (found ?? {}) as Partial<View>;
  return typeof name === "string" && typeof address === "string" && address.startsWith("/processes");
}

function keep(next: readonly View[]): void {
  views.value = next;
  localStorage.setItem(place, JSON.stringify(next));
}

/** A name that is there already is given the new filter. */
export function saveView(view: View): void {
  keep([...views.value.filter((each) => each.name !== view.name), view]);
}

export function dropView(name: string): void {
  keep(views.value.filter((each) => each.name !== name));
}
