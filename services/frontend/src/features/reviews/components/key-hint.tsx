import { X } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { IconButton } from "../../../ui/button";
import { Kbd } from "../../../ui/kbd";

const STORED = "docflow.review-keys-known";

/** The three keys that decide most documents, until somebody says that they are known. */
export function KeyHint() {
  const [isKnown, setKnown] = useState(() => localStorage.getItem(STORED) !== null);
  if (isKnown) return null;
  const known = () => {
    localStorage.setItem(STORED, "1");
    setKnown(true);
  };
  return (
    <aside
      aria-label={t("reviews.keys_hint")}
      class="mx-3 mb-2 hidden items-center justify-between gap-2 rounded-lg bg-accent-wash py-1 pr-1 pl-3 text-ink-soft text-xs pointer-fine:md:flex"
    >
      <ul class="flex flex-wrap gap-x-4 gap-y-1">
        {(["Enter", "mod+Enter", "?"] as const).map((keys) => (
          <li key={keys} class="inline-flex items-center gap-1.5">
            <Kbd keys={keys} />
            {t(HINTS[keys])}
          </li>
        ))}
      </ul>
      <IconButton icon={X} size={14} label={t("reviews.keys_known")} class="size-7!" onClick={known} />
    </aside>
  );
}

const HINTS = {
  Enter: "reviews.hint_confirm",
  "mod+Enter": "reviews.approve",
  "?": "reviews.hint_all",
} as const;
