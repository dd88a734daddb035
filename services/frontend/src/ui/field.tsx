import type {
  ComponentChildren,
  PartialInputHTMLAttributes,
  PartialSelectHTMLAttributes,
  TextareaHTMLAttributes,
} from "preact";
import { useId } from "preact/hooks";

const BOX =
  "w-full rounded-lg border border-line-strong bg-surface px-3 text-sm text-ink placeholder:text-ink-faint shadow-card transition-colors hover:border-ink-faint focus:border-accent focus:outline-2 focus:outline-accent/40 focus:-outline-offset-1 disabled:border-line disabled:bg-sunken disabled:text-ink-faint aria-invalid:border-bad";

interface Labelled {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong with the value; read out with the field. */
  wrong?: string | undefined;
  /** The label is only read out. */
  bare?: boolean;
}

function Frame({
  id,
  label,
  hint,
  wrong,
  bare,
  children,
}: Labelled & { id: string; children: ComponentChildren }) {
  return (
    <div class="flex min-w-0 flex-col gap-1.5">
      <label for={id} class={bare ? "sr-only" : "font-medium text-ink-soft text-xs"}>
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} class="text-ink-faint text-xs">
          {hint}
        </p>
      )}
      {wrong && (
        <p id={`${id}-wrong`} class="text-bad text-xs">
          {wrong}
        </p>
      )}
    </div>
  );
}

function described(id: string, { hint, wrong }: Labelled): string | undefined {
  return [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
}

type TextFieldProps = Labelled &
  Omit<PartialInputHTMLAttributes<HTMLInputElement>, "label" | "onInput" | "role"> & {
    onText?: (text: string) => void;
  };

export function TextField({ label, hint, wrong, bare, onText, class: extra = "", ...rest }: TextFieldProps) {
  const id = useId();
  const told = { label, hint, wrong, bare };
  return (
    <Frame id={id} {...told}>
      <input
        id={id}
        {...(rest as object)}
        class={`h-9 ${BOX} ${extra}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described(id, told)}
        onInput={(event) => onText?.(event.currentTarget.value)}
      />
    </Frame>
  );
}

type TextAreaProps = Labelled &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "label" | "onInput"> & {
    onText?: (text: string) => void;
  };

export function TextArea({ label, hint, wrong, bare, onText, class: extra = "", ...rest }: TextAreaProps) {
  const id = useId();
  const told = { label, hint, wrong, bare };
  return (
    <Frame id={id} {...told}>
      <textarea
        id={id}
        rows={4}
        {...rest}
        class={`py-2 ${BOX} ${extra}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described(id, told)}
        onInput={(event) => onText?.(event.currentTarget.value)}
      />
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
}

type SelectProps = Labelled &
  Omit<PartialSelectHTMLAttributes<HTMLSelectElement>, "label" | "onChange" | "role"> & {
    options: readonly Option[];
    onPick?: (value: string) => void;
  };

export function Select({
  label,
  hint,
  wrong,
  bare,
  options,
  onPick,
  class: extra = "",
  ...rest
}: SelectProps) {
  const id = useId();
  const told = { label, hint, wrong, bare };
  return (
    <Frame id={id} {...told}>
      <select
        id={id}
        {...rest}
        class={`h-9 pr-8 ${BOX} ${extra}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described(id, told)}
        onChange={(event) => onPick?.(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function Checkbox({
  label,
  hint,
  checked,
  onToggle,
  disabled,
}: {
  label: ComponentChildren;
  hint?: ComponentChildren;
  checked: boolean;
  onToggle: (checked: boolean) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        class="mt-1 size-4 shrink-0 rounded accent-accent"
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      <div>
        <label for={id} class="inline-block py-0.5 text-sm">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} class="text-ink-faint text-xs">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
