import { useId, useRef } from "preact/hooks";
import { t } from "../lib/i18n";
import { parseJson } from "../lib/json";

/** Text with numbered lines. Tab indents; Escape and then Tab leaves, for those who have no mouse. */
export function CodeEditor({
  label,
  value,
  onText,
  readOnly,
  json,
  rows = 18,
  wrong,
}: {
  label: string;
  value: string;
  onText?: (text: string) => void;
  readOnly?: boolean;
  /** Tell where the text stops being JSON. */
  json?: boolean;
  rows?: number;
  wrong?: string | undefined;
}) {
  const id = useId();
  const numbers = useRef<HTMLPreElement>(null);
  const leaving = useRef(false);
  const fault = json ? parseJson(value).fault : undefined;
  const told =
    wrong ?? (fault && t("code.fault", { line: fault.line, column: fault.column, message: fault.message }));
  const onKey = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    if (event.key === "Escape") leaving.current = true;
    else if (event.key === "Tab" && !event.shiftKey && !leaving.current && !readOnly) {
      event.preventDefault();
      const { selectionStart, selectionEnd } = event.currentTarget;
      event.currentTarget.setRangeText("  ", selectionStart, selectionEnd, "end");
      onText?.(event.currentTarget.value);
    } else leaving.current = false;
  };
  return (
    <div class="flex flex-col gap-1.5">
      <label for={id} class="font-medium text-ink-soft text-xs">
        {label}
      </label>
      <div
        class={`flex overflow-hidden rounded-lg border bg-surface font-mono text-xs leading-5 focus-within:border-accent ${told ? "border-bad" : "border-line"}`}
      >
        <pre
          ref={numbers}
          aria-hidden="true"
          class="select-none overflow-hidden border-line border-r bg-sunken px-2 py-2 text-right text-ink-faint"
          style={{ height: `${rows * 20 + 16}px` }}
        >
          {value
            .split("\n")
            .map((_, line) => line + 1)
            .join("\n")}
        </pre>
        <textarea
          id={id}
          value={value}
          readOnly={readOnly}
          rows={rows}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          aria-invalid={told ? true : undefined}
          aria-describedby={told ? `${id}-wrong` : undefined}
          class="min-w-0 flex-1 resize-none whitespace-pre bg-transparent px-3 py-2 text-ink outline-none"
          style={{ height: `${rows * 20 + 16}px` }}
          onInput={(event) => onText?.(event.currentTarget.value)}
          onKeyDown={onKey}
          onScroll={(event) => {
            if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      {told && (
        <p id={`${id}-wrong`} class="whitespace-pre-line text-bad text-xs">
          {told}
        </p>
      )}
    </div>
  );
}
