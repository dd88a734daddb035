import { ArrowUp, Plus, Table2, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t, tword } from "../../../lib/i18n";
import type { JsonObject } from "../../../lib/json";
import { Button, IconButton } from "../../../ui/button";
import { Checkbox, Select, TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import {
  addField,
  addTable,
  change,
  type Entry,
  entriesOf,
  giveRole,
  inTable,
  KINDS,
  moveUp,
  ROLES,
  remove,
  rename,
} from "../schema";

type Change = (act: (schema: JsonObject) => JsonObject) => void;

/** What is read of a document: fields, and tables with their columns. */
export function FieldsForm({
  schema,
  onChange,
  readOnly,
}: {
  schema: JsonObject;
  onChange: (schema: JsonObject) => void;
  readOnly: boolean;
}) {
  const apply: Change = (act) => onChange(act(schema));
  const entries = entriesOf(schema);
  const fields = entries.filter((each) => !each.columns);
  const tables = entries.filter((each) => each.columns);
  return (
    <fieldset disabled={readOnly} class="flex min-w-0 flex-col gap-4">
      <legend class="sr-only">{t("setup.fields")}</legend>
      <Card title={t("setup.fields")}>
        {fields.length === 0 && <p class="p-4 text-ink-soft text-sm">{t("setup.no_fields")}</p>}
        <ul>
          {fields.map((each, place) => (
            <FieldRow key={place} entry={each} apply={apply} readOnly={readOnly} isFirst={place === 0} />
          ))}
        </ul>
        {fields.length > 0 && <Roles fields={fields} apply={apply} />}
      </Card>
      {tables.map((each, place) => (
        <TableCard key={place} entry={each} apply={apply} readOnly={readOnly} />
      ))}
      {!readOnly && (
        <div class="flex flex-wrap gap-2">
          <Button icon={Plus} onClick={() => apply(addField)}>
            {t("setup.add_field")}
          </Button>
          <Button icon={Table2} onClick={() => apply(addTable)}>
            {t("setup.add_table")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** Which fields lists show of a document; without a choice they go by the fields' names. */
function Roles({ fields, apply }: { fields: Entry[]; apply: Change }) {
  const names = fields.map((each) => each.path.join("."));
  return (
    <div class="grid gap-3 border-line border-t p-4 sm:grid-cols-3">
      {ROLES.map((role) => (
        <Select
          key={role}
          label={tword("setup.words.role", role)}
          value={fields.find((each) => each.role === role)?.path.join(".") ?? ""}
          options={[
            { value: "", label: t("setup.kind_by_name") },
            ...names.map((name) => ({ value: name, label: name })),
          ]}
          onPick={(name) => apply((schema) => giveRole(schema, role, name))}
        />
      ))}
    </div>
  );
}

function TableCard({ entry, apply, readOnly }: { entry: Entry; apply: Change; readOnly: boolean }) {
  const inside: Change = (act) => apply((schema) => inTable(schema, entry.path, act));
  return (
    <Card
      title={t("setup.table", { name: entry.path.join(".") })}
      actions={
        !readOnly && (
          <>
            <Button small look="quiet" icon={Plus} onClick={() => inside(addField)}>
              {t("setup.add_column")}
            </Button>
            <IconButton
              icon={Trash2}
              label={t("setup.remove_name", { name: entry.path.join(".") })}
              onClick={() => apply((schema) => remove(schema, entry.path))}
            />
          </>
        )
      }
    >
      <div class="border-line border-b p-4">
        <NameField entry={entry} apply={apply} label={t("setup.table_name")} />
      </div>
      <ul>
        {entry.columns?.map((each, place) => (
          <FieldRow key={place} entry={each} apply={inside} readOnly={readOnly} isFirst={place === 0} />
        ))}
      </ul>
    </Card>
  );
}

/** A text that is taken when its field is left; until then it is the typist's, however often the form is drawn anew. */
function LateField({
  value,
  take,
  ...rest
}: {
  label: string;
  value: string;
  take: (typed: string) => void;
  class?: string;
  placeholder?: string;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextField
      {...rest}
      value={typed ?? value}
      onText={setTyped}
      onBlur={() => {
        setTyped(null);
        if (typed !== null) take(typed);
      }}
    />
  );
}

function NameField({ entry, apply, label }: { entry: Entry; apply: Change; label: string }) {
  const above = entry.path.slice(0, -1);
  return (
    <LateField
      label={above.length > 0 ? `${label} (${above.join(".")}.…)` : label}
      value={entry.path.at(-1) ?? ""}
      class="font-mono"
      take={(typed) => {
        const name = typed.trim();
        if (name !== entry.path.at(-1)) apply((schema) => rename(schema, entry.path, name));
      }}
    />
  );
}

function FieldRow({
  entry,
  apply,
  readOnly,
  isFirst,
}: {
  entry: Entry;
  apply: Change;
  readOnly: boolean;
  isFirst: boolean;
}) {
  const name = entry.path.join(".");
  const set = (to: Parameters<typeof change>[2]) => apply((schema) => change(schema, entry.path, to));
  return (
    // On a wide screen the first row's labels are the headings of the columns.
    <li class="relative grid items-end gap-3 border-line border-b p-4 last:border-0 sm:grid-cols-2 lg:grid-cols-[minmax(0,1.2fr)_9rem_minmax(0,1.6fr)_auto_auto] lg:not-first:py-2 lg:not-first:[&_label.text-xs]:sr-only">
      <NameField entry={entry} apply={apply} label={t("setup.field_name")} />
      <Select
        label={t("setup.kind")}
        value={entry.kind}
        options={[
          { value: "", label: t("setup.kind_by_name") },
          ...KINDS.map((each) => ({ value: each, label: tword("setup.words.kind", each) })),
        ]}
        onPick={(kind) => set({ kind })}
      />
      <LateField
        label={t("setup.labels")}
        placeholder={readOnly ? "" : t("setup.labels_hint")}
        value={entry.labels.join(", ")}
        take={(typed) => {
          const labels = typed.split(",").map((each) => each.trim());
          const wanted = labels.filter(Boolean);
          if (wanted.join() !== entry.labels.join()) set({ labels: wanted });
        }}
      />
      <div class="flex h-9 items-center">
        <Checkbox
          label={t("setup.required")}
          checked={entry.isRequired}
          disabled={readOnly}
          onToggle={(isRequired) => set({ isRequired })}
        />
      </div>
      {!readOnly && (
        <div class="flex">
          <IconButton
            icon={ArrowUp}
            label={t("setup.move_up", { name })}
            data-move
            disabled={isFirst}
            onClick={(event) => {
              apply((schema) => moveUp(schema, entry.path));
              goAlong(event.currentTarget);
            }}
          />
          <IconButton
            icon={Trash2}
            label={t("setup.remove_name", { name })}
            onClick={() => apply((schema) => remove(schema, entry.path))}
          />
        </div>
      )}
    </li>
  );
}

/** To the row into which the field goes, to press once more; the first has only its name. */
function goAlong(pressed: HTMLElement): void {
  const above = pressed.closest("li")?.previousElementSibling;
  const next =
    above?.querySelector<HTMLElement>("[data-move]:not(:disabled)") ?? above?.querySelector("input");
  next?.focus();
}
