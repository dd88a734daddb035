import { useState } from "preact/hooks";
import { ago } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { TextArea } from "../../../ui/field";
import { Trouble } from "../../../ui/states";
import { addNote, caseKey } from "../api";
import type { Case } from "../case";

/** What reviewers tell each other about this case. */
export function Notes({ of }: { of: Case }) {
  const [text, setText] = useState("");
  const act = useAct((said: string) => addNote(of.processId, said), {
    invalidates: [caseKey(of.processId)],
    // What was typed meanwhile is another note.
    done: (_, said) => setText((now) => (now.trim() === said ? "" : now)),
  });
  const send = () => {
    if (text.trim() && !act.isRunning) void act.run(text.trim());
  };
  return (
    <details open={of.notes.length > 0}>
      <summary class="rounded-lg px-3 py-1.5 text-ink-soft text-sm hover:bg-sunken">
        {of.notes.length > 0 ? tn("reviews.notes", of.notes.length) : t("reviews.add_note")}
      </summary>
      <div class="flex flex-col gap-2 px-3 pt-1">
        <ul class="flex flex-col gap-2">
          {of.notes.map((note) => (
            <li key={note.at + note.text} class="rounded-lg bg-sunken px-3 py-2 text-sm">
              <p class="whitespace-pre-wrap break-words">{note.text}</p>
              <p class="mt-0.5 text-2xs text-ink-faint">
                {note.by}
                {note.at && ` · ${ago(note.at)}`}
              </p>
            </li>
          ))}
        </ul>
        {act.problem && <Trouble problem={act.problem} compact />}
        <TextArea
          bare
          label={t("reviews.note")}
          placeholder={t("reviews.note")}
          rows={2}
          maxLength={2000}
          value={text}
          onText={setText}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.stopPropagation();
            send();
          }}
        />
        <Button small class="self-end" isBusy={act.isRunning} disabled={!text.trim()} onClick={send}>
          {t("reviews.add_note")}
        </Button>
      </div>
    </details>
  );
}
