import type { ComponentChildren } from "preact";
import { Checkbox } from "./field";

/** Some of several: one box each, in the order in which they stand. */
export function Picks<T extends string>({
  legend,
  hint,
  options,
  chosen,
  pick,
  columns,
}: {
  legend: string;
  hint?: string;
  options: readonly { value: T; label: ComponentChildren; hint?: ComponentChildren }[];
  chosen: readonly T[];
  pick: (chosen: T[]) => void;
  /** Side by side where there is room. */
  columns?: boolean;
}) {
  return (
    <fieldset>
      <legend class="mb-2 font-medium text-ink-soft text-xs">{legend}</legend>
      {hint && <p class="-mt-1 mb-2 text-ink-faint text-xs">{hint}</p>}
      <div class={columns ? "grid gap-x-4 gap-y-2 sm:grid-cols-2" : "flex flex-col gap-2"}>
        {options.map((each) => (
          <Checkbox
            key={each.value}
            label={each.label}
            hint={each.hint}
            checked={chosen.includes(each.value)}
            onToggle={(wanted) =>
              pick(
                options
                  .map((one) => one.value)
                  .filter((one) => (one === each.value ? wanted : chosen.includes(one))),
              )
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
