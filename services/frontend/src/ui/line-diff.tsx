import { t } from "../lib/i18n";
import { compareLines } from "../lib/lines";

const LOOKS = { same: "text-ink-soft", gone: "bg-bad-wash text-bad", new: "bg-good-wash text-good" };
const MARKS = { same: " ", gone: "−", new: "+" };

/** What went and what came, line by line. */
export function LineDiff({ before, after }: { before: string; after: string }) {
  if (before === after) return <p class="p-4 text-ink-soft text-sm">{t("code.same")}</p>;
  return (
    <section
      class="overflow-x-auto py-2 font-mono text-xs leading-5"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
      tabIndex={0}
      aria-label={t("code.diff")}
    >
      {compareLines(before, after).map((line, place) => (
        <div key={`${place}${line.kind}`} class={`flex min-w-max gap-3 px-4 ${LOOKS[line.kind]}`}>
          <span class="select-none">{MARKS[line.kind]}</span>
          <span class="whitespace-pre">{line.text || " "}</span>
        </div>
      ))}
    </section>
  );
}
