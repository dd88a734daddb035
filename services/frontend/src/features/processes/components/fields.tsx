import { CircleX, Crosshair } from "lucide";
import { checkText } from "../../../lib/findings";
import { t, tword } from "../../../lib/i18n";
import { kindByName, readValue } from "../../../lib/kinds";
import { fieldName, inWords } from "../../../lib/names";
import { Confidence } from "../../../ui/badge";
import { Icon } from "../../../ui/icon";
import type { Check, ReadField } from "../api";
import { inReadingOrder } from "../places";

interface FieldsProps {
  fields: Record<string, ReadField>;
  chosen: string | null;
  show: (name: string, field: ReadField) => void;
}

/** What was read, the found values first; pressing one shows where it stands. */
export function Fields({ fields, chosen, show }: FieldsProps) {
  const all = inReadingOrder(fields);
  const found = all.filter(([, field]) => field.value !== null);
  const currency = currencyOf(fields);
  const missing = all.filter(([, field]) => field.value === null);
  return (
    <>
      <dl class="divide-y divide-line">
        {found.map(([name, field]) => (
          <Field
            key={name}
            name={name}
            field={field}
            currency={currency}
            isChosen={chosen === name}
            show={() => show(name, field)}
          />
        ))}
      </dl>
      {missing.length > 0 && (
        <p class="border-line border-t px-4 py-2.5 text-ink-faint text-xs">
          {t("processes.not_found", { names: missing.map(([name]) => fieldName(name)).join(", ") })}
        </p>
      )}
    </>
  );
}

function Field({
  name,
  field,
  currency,
  isChosen,
  show,
}: {
  name: string;
  field: ReadField;
  currency: string | null;
  isChosen: boolean;
  show: () => void;
}) {
  const failed = failedChecks(field.checks);
  return (
    <div
      data-read={name}
      class={`relative grid grid-cols-[6rem_1fr_auto] sm:grid-cols-[minmax(6rem,9rem)_1fr_auto] items-center gap-x-3 px-4 py-2 ${isChosen ? "bg-accent-wash" : "hover:bg-sunken"}`}
    >
      <dt class="hyphens-auto break-words text-ink-soft text-xs">{fieldName(name)}</dt>
      <dd class="min-w-0 break-words text-sm">
        {inWords(name, readValue(kindByName(name), String(field.value), currency))}
        {failed.map((check) => (
          <span key={check.code} class="mt-0.5 flex items-center gap-1.5 text-bad text-xs">
            <Icon of={CircleX} size={12} />
            {checkText(check, name)}
          </span>
        ))}
      </dd>
      <dd class="flex items-center gap-3">
        {field.source && (
          <span class="hidden text-2xs text-ink-faint xl:inline">{tword("read_from", field.source)}</span>
        )}
        <Confidence of={field.confidence} />
        {field.page ? (
          <button
            type="button"
            aria-label={t("processes.show_place", { name: fieldName(name), page: field.page })}
            title={t("viewer.page", { page: field.page })}
            class="text-ink-faint after:absolute after:inset-0 hover:text-accent"
            onClick={show}
          >
            <Icon of={Crosshair} size={14} />
          </button>
        ) : (
          <span class="w-3.5" />
        )}
      </dd>
    </div>
  );
}

/** One code may stand twice: as it was seen while reading, and in words by the rules. */
function failedChecks(checks: readonly Check[]): Check[] {
  const by = new Map<string, Check>();
  for (const check of checks) {
    if (!check.ok && !by.get(check.code)?.message) by.set(check.code, check);
  }
  return [...by.values()];
}

/** In what the amounts are; null where it is not known. */
function currencyOf(fields: Readonly<Record<string, ReadField>>): string | null {
  const value = fields.currency?.value;
  return typeof value === "string" ? value : null;
}
