const NAMES: Record<string, string> = {
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Tab: "⇥",
  shift: "⇧",
  alt: "Alt",
};

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

function shownKeys(keys: string): string[] {
  return keys
    .split(" ")
    .map((press) =>
      (press === "+" ? ["+"] : press.split("+"))
        .map((key) => (key === "mod" ? (isMac ? "⌘" : "Ctrl") : (NAMES[key] ?? key.toUpperCase())))
        .join(isMac ? "" : " "),
    );
}

/** Keys as they are pressed. For the eye only: the control's own name says what it does. */
export function Kbd({ keys, quiet }: { keys: string; quiet?: boolean }) {
  return (
    <span class="hidden items-center gap-1 md:inline-flex" aria-hidden="true">
      {shownKeys(keys).map((press) => (
        <kbd
          key={press}
          class={`rounded border px-1 font-sans text-2xs leading-4 ${quiet ? "border-current/50" : "border-line bg-sunken text-ink-faint"}`}
        >
          {press}
        </kbd>
      ))}
    </span>
  );
}
