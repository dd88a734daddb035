import { Search, SlidersHorizontal, X } from "lucide";
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useSettled } from "../../../lib/hooks";
import { t } from "../../../lib/i18n";
import { typeName, useTypes } from "../../../lib/process-types";
import { Button } from "../../../ui/button";
import { Select, TextField } from "../../../ui/field";
import { Icon } from "../../../ui/icon";
import { ALL, GROUPS, type Group, holds, isAll, type ProcessFilter, toggled } from "../filter";

interface FiltersProps {
  filter: ProcessFilter;
  change: (next: ProcessFilter) => void;
  search: RefObject<HTMLInputElement | null>;
}

const TYPED_MS = 250;

export function Filters({ filter, change, search }: FiltersProps) {
  const [isOpen, setOpen] = useState(Boolean(filter.type || filter.from || filter.to || filter.field));
  return (
    <search class="flex flex-col gap-3">
      <div class="flex flex-wrap items-center gap-2">
        <SearchBox filter={filter} change={change} search={search} />
        <fieldset class="flex min-w-0 gap-1.5 max-sm:-mx-4 max-sm:w-[calc(100%+2rem)] max-sm:max-w-none max-sm:shrink-0 max-sm:overflow-x-auto max-sm:px-4 max-sm:py-0.5 sm:flex-wrap">
          <legend class="sr-only">{t("processes.status")}</legend>
          {(Object.keys(GROUPS) as Group[]).map((group) => (
            <Chip key={group} isOn={holds(filter, group)} press={() => change(toggled(filter, group))}>
              {t(`processes.groups.${group}`)}
            </Chip>
          ))}
          <Chip isOn={filter.mine} press={() => change({ ...filter, mine: !filter.mine })}>
            {t("processes.mine")}
          </Chip>
        </fieldset>
        <div class="ml-auto flex gap-1">
          {!isAll(filter) && (
            <Button look="quiet" icon={X} onClick={() => change(ALL)}>
              {t("processes.clear")}
            </Button>
          )}
          <Button
            look="quiet"
            icon={SlidersHorizontal}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {t("processes.filters")}
          </Button>
        </div>
      </div>
      {isOpen && <MoreFilters filter={filter} change={change} />}
    </search>
  );
}

function SearchBox({ filter, change, search }: FiltersProps) {
  const [typed, setTyped] = useState(filter.q);
  const wanted = useSettled(typed.trim(), TYPED_MS);
  // A space at the end is kept: the next word is about to follow.
  useEffect(() => setTyped((before) => (before.trim() === filter.q ? before : filter.q)), [filter.q]);
  useEffect(() => {
    if (wanted !== filter.q && wanted === typed.trim()) change({ ...filter, q: wanted });
  }, [wanted]);
  return (
    <div class="relative w-full sm:w-64">
      <Icon of={Search} class="-translate-y-1/2 pointer-events-none absolute top-1/2 left-3 text-ink-faint" />
      <input
        ref={search}
        type="search"
        aria-label={t("processes.search")}
        placeholder={t("processes.search_hint")}
        maxLength={200}
        value={typed}
        class="h-9 w-full rounded-lg border border-line-strong bg-surface pr-3 pl-9 text-sm shadow-card placeholder:text-ink-faint hover:border-ink-faint"
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.currentTarget.blur();
          event.stopPropagation();
        }}
      />
    </div>
  );
}

function Chip({ isOn, press, children }: { isOn: boolean; press: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      class="h-8 shrink-0 whitespace-nowrap rounded-full border border-line bg-surface px-3 text-ink-soft text-xs transition-colors hover:border-line-strong hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
      onClick={press}
    >
      {children}
    </button>
  );
}

function MoreFilters({ filter, change }: Omit<FiltersProps, "search">) {
  const types = useTypes();
  const options = (types.data?.data ?? []).map((each) => ({
    value: each.process_type_id,
    label: typeName(each),
  }));
  return (
    <div class="grid gap-3 rounded-xl border border-line bg-surface p-4 sm:grid-cols-2 lg:grid-cols-4">
      <Select
        label={t("processes.type")}
        value={filter.type}
        options={[{ value: "", label: t("processes.any_type") }, ...options]}
        onPick={(type) => change({ ...filter, type })}
      />
      <TextField
        label={t("processes.from")}
        type="date"
        value={filter.from}
        max={filter.to || undefined}
        onText={(from) => change({ ...filter, from })}
      />
      <TextField
        label={t("processes.to")}
        type="date"
        value={filter.to}
        min={filter.from || undefined}
        onText={(to) => change({ ...filter, to })}
      />
      <FieldFilter filter={filter} change={change} />
    </div>
  );
}

const NO_FIELD = { name: "", value: "" };

function wantedOf(given: typeof NO_FIELD): ProcessFilter["field"] {
  const name = given.name.trim();
  return name && given.value ? { name, value: given.value } : null;
}

/** A read value, looked for exactly: a name and what it is. */
function FieldFilter({ filter, change }: Omit<FiltersProps, "search">) {
  const [given, set] = useState(filter.field ?? NO_FIELD);
  const settled = useSettled(given, TYPED_MS);
  const kept = JSON.stringify(filter.field);
  useEffect(() => {
    if (settled === given && JSON.stringify(wantedOf(given)) !== kept)
      change({ ...filter, field: wantedOf(given) });
  }, [settled]);
  // Cleared, or another view was chosen.
  useEffect(
    () => set((before) => (JSON.stringify(wantedOf(before)) === kept ? before : (filter.field ?? NO_FIELD))),
    [kept],
  );
  return (
    <fieldset class="grid grid-cols-2 gap-2">
      <legend class="sr-only">{t("processes.field")}</legend>
      <TextField
        label={t("processes.field")}
        placeholder="invoice_number"
        value={given.name}
        onText={(name) => set({ ...given, name })}
      />
      <TextField
        label={t("processes.field_value")}
        value={given.value}
        onText={(value) => set({ ...given, value })}
      />
    </fieldset>
  );
}
