import { Check, CircleAlert } from "lucide";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { checkText, reasonText } from "../../../lib/findings";
import { percent } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { isNumeric, readValue } from "../../../lib/kinds";
import { fieldName, inWords } from "../../../lib/names";
import { Icon } from "../../../ui/icon";
import { type Field, isDoubtful } from "../case";
import { wrongWith } from "../values";

export interface FieldRowProps {
  field: Field;
  value: string;
  isDoubtful: boolean;
  /** What the server says is wrong with the value. */
  refused: string | undefined;
  isActive: boolean;
  isConfirmed: boolean;
  onLook: (field: Field) => void;
  onType: (field: Field, typed: string) => void;
  onSettle: (field: Field) => void;
  onConfirm: (field: Field) => void;
  onBack: (field: Field) => void;
  onLeave: () => void;
  onStep: (field: Field, by: 1 | -1) => void;
}

/** Checks that only say that there is no value. */
const ABSENCE = new Set(["schema_required", "schema_type", "required"]);

/** One value: its name, the value to be corrected, and why it should be looked at. */
export function FieldRow(props: FieldRowProps) {
  const { field, value, isActive, isConfirmed } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // The plain value took the place of the shown one, and the selection went with it.
    if (isActive && document.activeElement === input.current) input.current?.select();
  }, [isActive]);
  const doubtful = props.isDoubtful;
  const key = wrongWith(field.kind, value);
  const wrong = key ? t(key) : props.refused;
  const told = tellings(field);
  // A rule that still fails is told until it passes.
  const isFailing = field.source === "human" && field.checks.some((each) => !each.ok);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const onEnter = event.shiftKey ? props.onBack : props.onConfirm;
    if (event.key === "Enter") {
      // A key that is held down would confirm one doubt after another, unseen.
      if (!event.repeat) onEnter(field);
    } else if (event.key === "Escape") props.onLeave();
    else if (event.key === "ArrowDown") props.onStep(field, 1);
    else if (event.key === "ArrowUp") props.onStep(field, -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <li
      data-field={field.name}
      data-active={isActive || undefined}
      class={`group relative rounded-lg px-3 py-0.5 transition-colors data-active:bg-accent-wash/60 ${doubtful ? "my-1 border border-line bg-surface py-2.5 shadow-card data-active:border-accent/50" : "hover:bg-sunken"}`}
    >
      <div class={doubtful ? "flex flex-col gap-1" : "flex items-center gap-3"}>
        <div class={doubtful ? "flex items-center justify-between gap-2" : "w-28 shrink-0 sm:w-34"}>
          <label
            for={id}
            class={doubtful ? "font-medium text-sm" : "block text-ink-soft text-xs leading-tight"}
          >
            {fieldName(field.name)}
          </label>
          {doubtful && <Standing field={field} isConfirmed={isConfirmed} />}
        </div>
        <input
          ref={input}
          id={id}
          data-input={field.name}
          value={isActive ? value : inWords(field.name, readValue(field.kind, value))}
          inputMode={isNumeric(field.kind) ? "decimal" : undefined}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={`${id}-told`}
          placeholder={placeholderOf(field, doubtful)}
          onFocus={(event) => {
            props.onLook(field);
            event.currentTarget.select();
          }}
          onBlur={() => props.onSettle(field)}
          onInput={(event) => props.onType(field, event.currentTarget.value)}
          onKeyDown={onKeyDown}
          class={`w-full min-w-0 rounded-md border bg-transparent px-2 text-ink placeholder:text-ink-faint focus:border-accent focus:bg-surface focus:outline-2 focus:outline-accent/40 focus:-outline-offset-1 aria-invalid:border-bad ${
            doubtful
              ? "h-9 border-line-strong bg-surface text-base"
              : "h-8 border-transparent text-sm group-hover:border-line"
          } ${isNumeric(field.kind) ? "numbers" : ""}`}
        />
      </div>
      <p id={`${id}-told`} class="sr-only">
        {[wrong, ...told, facts(field), isConfirmed && t("reviews.confirmed")].filter(Boolean).join(". ")}
      </p>
      {wrong && <p class="mt-1 text-bad text-xs">{wrong}</p>}
      {doubtful && told.length > 0 && (!isConfirmed || isFailing) && (
        <ul aria-hidden="true" class="mt-1.5 flex flex-col gap-0.5">
          {told.map((text) => (
            <li key={text} class="flex items-start gap-1.5 text-doubt text-xs">
              <Icon of={CircleAlert} size={13} class="mt-px" />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      )}
      {isActive && <Rivals {...props} />}
    </li>
  );
}

function Standing({ field, isConfirmed }: { field: Field; isConfirmed: boolean }) {
  if (isConfirmed)
    return (
      <span class="inline-flex items-center gap-1 text-good text-xs" aria-hidden="true">
        <Icon of={Check} size={14} />
        {t("reviews.confirmed")}
      </span>
    );
  return (
    <span class="numbers text-ink-faint text-xs" aria-hidden="true">
      {facts(field)}
    </span>
  );
}

/** Other readings of the same value; one click takes it. */
function Rivals({ field, value, onType }: FieldRowProps) {
  const others = field.rivals.filter((each) => each !== value);
  if (others.length === 0) return null;
  return (
    <div class="mt-1.5 flex flex-wrap items-center gap-1.5">
      <span class="text-2xs text-ink-faint">{t("reviews.rivals")}</span>
      {others.map((each) => (
        <button
          key={each}
          type="button"
          onClick={() => onType(field, each)}
          class="max-w-full truncate rounded border border-line bg-surface px-1.5 py-0.5 text-xs hover:border-line-strong"
        >
          {readValue(field.kind, each)}
        </button>
      ))}
    </div>
  );
}

/** Why to look, in plain words and each once. */
function tellings(field: Field): string[] {
  const reasons = field.reasons.map(reasonText);
  // That a value is missing is told once.
  const isMissing = field.reasons.some((each) => each.code === "field_missing");
  const failed = field.checks.filter((each) => !each.ok && !(isMissing && ABSENCE.has(each.code)));
  const checks = failed.map((each) => checkText(each, field.name));
  const low = reasons.length + checks.length === 0 && isDoubtful(field) ? [t("reviews.low")] : [];
  return [...new Set([...reasons, ...checks, ...low])];
}

function placeholderOf(field: Field, doubtful: boolean): string {
  if (field.kind === "date") return t("reviews.date_hint");
  return doubtful ? t("reviews.type_it") : t("reviews.nothing");
}

function facts(field: Field): string {
  const from = field.source && field.value !== "" ? tword("read_from", field.source) : "";
  const sure =
    field.confidence === null || field.value === "" ? "" : percent(Math.floor(field.confidence * 100) / 100);
  return [from, sure].filter(Boolean).join(" · ");
}
