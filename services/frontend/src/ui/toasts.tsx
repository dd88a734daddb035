import { signal } from "@preact/signals";
import { CircleAlert, CircleCheck, X } from "lucide";
import { t } from "../lib/i18n";
import { IconButton } from "./button";
import { Icon } from "./icon";

interface Toast {
  id: number;
  text: string;
  isBad: boolean;
  action?: { label: string; run: () => void } | undefined;
}

const toasts = signal<readonly Toast[]>([]);
const SHOWN_MS = 5_000;
let next = 1;

/** A short word about what just happened; it leaves by itself, a bad one stays until closed. */
export function toast(text: string, given: { isBad?: boolean; action?: Toast["action"] } = {}): void {
  const id = next++;
  toasts.value = [...toasts.value.slice(-3), { id, text, isBad: given.isBad ?? false, action: given.action }];
  if (!given.isBad) setTimeout(() => drop(id), SHOWN_MS);
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

export function Toasts() {
  return (
    <div
      aria-live="polite"
      class="pointer-events-none fixed inset-x-4 bottom-20 z-50 flex flex-col items-end gap-2 md:bottom-4 md:left-auto md:w-96"
    >
      {toasts.value.map((each) => (
        <div
          key={each.id}
          class="pointer-events-auto flex w-full items-center gap-3 rounded-xl border border-line bg-surface py-2 pr-2 pl-3 text-sm shadow-pop"
        >
          <Icon of={each.isBad ? CircleAlert : CircleCheck} class={each.isBad ? "text-bad" : "text-good"} />
          <p class="flex-1">{each.text}</p>
          {each.action && (
            <button
              type="button"
              class="font-medium text-accent"
              onClick={() => {
                each.action?.run();
                drop(each.id);
              }}
            >
              {each.action.label}
            </button>
          )}
          <IconButton icon={X} label={t("common.close")} onClick={() => drop(each.id)} />
        </div>
      ))}
    </div>
  );
}
