import { Search } from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../lib/i18n";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { places } from "./navigation";

interface Entry {
  label: string;
  path: string;
}

function entries(typed: string): Entry[] {
  const wanted = typed.trim().toLowerCase();
  const found = places()
    .map((place) => ({ label: t(place.title), path: place.path }))
    .filter((entry) => entry.label.toLowerCase().includes(wanted));
  if (!wanted) return found;
  return [
    ...found,
    {
      label: t("nav.find", { text: typed.trim() }),
      path: `/processes?q=${encodeURIComponent(typed.trim())}`,
    },
  ];
}

/** Go anywhere, or look for a process, by typing. */
export function Palette({ close }: { close: () => void }) {
  const { route } = useLocation();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const shown = entries(typed);
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    route(entry.path);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") go(shown[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t("keys.palette")} close={close}>
      <div class="flex items-center gap-2 border-line border-b pb-3">
        <Icon of={Search} class="text-ink-faint" />
        <input
          class="w-full bg-transparent text-lg outline-none"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-entries"
          aria-activedescendant={`palette-${at}`}
          aria-label={t("nav.search")}
          placeholder={t("nav.search_hint")}
          autofocus
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div id="palette-entries" role="listbox" aria-label={t("nav.search")} class="mt-2 flex flex-col">
        {shown.map((entry, place) => (
          <div
            key={entry.path}
            id={`palette-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === at}
            class="cursor-pointer rounded-lg px-3 py-2 text-sm aria-selected:bg-accent-wash aria-selected:text-accent"
            onClick={() => go(entry)}
            onKeyDown={() => undefined}
            onMouseEnter={() => setAt(place)}
          >
            {entry.label}
          </div>
        ))}
      </div>
    </Dialog>
  );
}
