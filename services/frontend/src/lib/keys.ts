import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** `keys` as pressed: "j", "?", "Enter", "mod+k", "shift+Tab", or two after another: "g r". */
export interface Shortcut {
  keys: string;
  label: string;
  run: (event: KeyboardEvent) => void;
  /** Also while a text field has the focus. */
  inFields?: boolean;
  /** The page hears it by itself, in a part of its own; here it is only told. */
  isTold?: boolean;
}

export interface Scope {
  title: string;
  shortcuts: Shortcut[];
}

/** All that can be pressed now; the last scope wins. The `?` dialog shows them. */
export const scopes = signal<readonly Scope[]>([]);

const BETWEEN_MS = 900;
let begun: { key: string; at: number } | null = null;

/** Shortcuts of a page or dialog, for as long as it is shown. */
export function useKeys(title: string, shortcuts: Shortcut[]): void {
  const scope: Scope = { title, shortcuts };
  useLayoutEffect(() => {
    scopes.value = [...scopes.peek(), scope];
    return () => {
      scopes.value = scopes.peek().filter((each) => each !== scope);
    };
  });
}

export function listenForKeys(target: EventTarget = window): () => void {
  const heard = (event: Event) => press(event as KeyboardEvent);
  target.addEventListener("keydown", heard);
  return () => target.removeEventListener("keydown", heard);
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.key === "Dead") return;
  // A dialog keeps its keys; this one came while nothing in it had the focus, and the page behind must not act.
  if (document.querySelector("dialog[open]")) return;
  const pressed = written(event);
  // A link or button that has the focus is pressed, whatever Enter does on the page.
  if (pressed === "Enter" && isControl(event.target)) return;
  const typing = isField(event.target);
  const now = Date.now();
  const sequence = begun && now - begun.at < BETWEEN_MS ? `${begun.key} ${pressed}` : null;
  begun = null;
  const known = scopes
    .peek()
    .toReversed()
    .flatMap((scope) => scope.shortcuts)
    .filter((each) => !each.isTold);
  const fits = (keys: string | null) =>
    known.find((each) => each.keys === keys && (!typing || each.inFields));
  const found = (sequence && fits(sequence)) || fits(pressed);
  if (found) {
    event.preventDefault();
    found.run(event);
  } else if (!typing && known.some((each) => each.keys.startsWith(`${pressed} `))) {
    begun = { key: pressed, at: now };
  }
}

function written(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  // "?" is itself the shifted key; for named keys the shift must be told.
  const shift = event.shiftKey && (event.key.length > 1 || mod) ? "shift+" : "";
  return `${mod}${event.altKey ? "alt+" : ""}${shift}${key}`;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("a[href], button, summary") !== null;
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !/^(checkbox|radio|button|range)$/.test((target as HTMLInputElement).type ?? "")
  );
}
