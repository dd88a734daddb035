import { CircleAlert, type IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import type { Problem } from "../lib/api/problem";
import { t } from "../lib/i18n";
import { tproblem } from "../lib/problem-texts";
import { Button } from "./button";
import { Icon } from "./icon";

/** Grey bars where rows will stand. `rows` of them, each as high as a row. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div class="flex flex-col gap-2 p-4">
      <output class="sr-only">{t("common.loading")}</output>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          class="h-7 animate-pulse rounded-md bg-sunken"
          style={{ width: `${100 - (row % 4) * 7}%` }}
        />
      ))}
    </div>
  );
}

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: IconNode;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span class="mb-1 flex size-11 items-center justify-center rounded-xl bg-accent-wash text-accent">
        <Icon of={icon} size={22} />
      </span>
      <p class="font-medium text-lg">{title}</p>
      {children && <p class="max-w-md text-ink-soft text-sm">{children}</p>}
      {action && <div class="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** What went wrong, its code, and what to do about it. */
export function Trouble({
  problem,
  again,
  compact,
}: {
  problem: Problem;
  again?: () => void;
  compact?: boolean;
}) {
  const told = tproblem(problem);
  return (
    <div
      role="alert"
      class={`flex items-start gap-3 rounded-lg border border-bad/30 bg-bad-wash text-sm ${compact ? "px-3 py-2" : "m-4 px-4 py-3"}`}
    >
      <Icon of={CircleAlert} class="mt-0.5 text-bad" />
      <div class="min-w-0 flex-1">
        <p class="font-medium">{told.what}</p>
        {told.todo && <p class="mt-0.5 text-ink-soft">{told.todo}</p>}
        {problem.places.length > 0 && (
          <ul class="mt-1 list-disc pl-4 text-ink-soft">
            {problem.places.map((place) => (
              <li key={place.pointer + place.message}>
                <code class="font-mono text-xs">{place.pointer}</code> {place.message}
              </li>
            ))}
          </ul>
        )}
        <p class="mt-1 break-all font-mono text-2xs text-ink-faint">
          {problem.code}
          {problem.requestId && ` · ${problem.requestId}`}
        </p>
      </div>
      {again && (
        <Button small onClick={again}>
          {t("common.again")}
        </Button>
      )}
    </div>
  );
}

export interface Asked {
  isPending: boolean;
  isError: boolean;
  error: Problem | null;
  refetch: () => unknown;
}

/** The four states of what was asked of the server: loading, wrong, empty, there. */
export function Shown({
  of,
  isEmpty,
  empty,
  rows,
  children,
}: {
  of: Asked;
  isEmpty?: boolean;
  empty?: ComponentChildren;
  rows?: number;
  children: ComponentChildren;
}) {
  if (of.isPending) return <Loading {...(rows ? { rows } : {})} />;
  if (of.isError && of.error) return <Trouble problem={of.error} again={() => of.refetch()} />;
  return <>{isEmpty ? empty : children}</>;
}
