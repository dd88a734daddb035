import { CircleAlert, Plus, Trash2 } from "lucide";
import { t, tword } from "../../../lib/i18n";
import { isObject, type Json, type JsonObject, parseJson } from "../../../lib/json";
import { Button, IconButton } from "../../../ui/button";
import { Select, TextField } from "../../../ui/field";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";

const RULES = [
  "required",
  "required_if",
  "equals",
  "not_equals",
  "less_than",
  "less_than_or_equal",
  "greater_than",
  "greater_than_or_equal",
  "date_before",
  "date_after",
  "sum_equals",
  "tolerance",
  "in_list",
  "regex",
];
const SEVERITIES = ["error", "warning", "info"];

/** "1.5" stays text where it was typed as text; numbers and lists are typed as JSON. */
function shown(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function typed(text: string, name: string): Json {
  const isList = text.trim().startsWith("[");
  const isNumber = name === "value" && /^-?\d+(\.\d+)?$/.test(text.trim());
  return isList || isNumber ? (parseJson(text).value ?? text) : text;
}

/** What must hold of what was read. Rules of another form than field and comparison are shown as code. */
export function RulesForm({
  rules,
  problems,
  onChange,
  readOnly,
}: {
  rules: Json[];
  /** Why one cannot be used, by its place. */
  problems: ReadonlyMap<number, string>;
  onChange: (rules: Json[]) => void;
  readOnly: boolean;
}) {
  const put = (place: number, rule: Json) => onChange(rules.map((each, at) => (at === place ? rule : each)));
  return (
    <fieldset disabled={readOnly} class="flex min-w-0 flex-col gap-4">
      <legend class="sr-only">{t("setup.rules")}</legend>
      <Card title={t("setup.rules")}>
        {rules.length === 0 && <p class="p-4 text-ink-soft text-sm">{t("setup.no_rules")}</p>}
        <ul>
          {rules.map((rule, place) => (
            <li key={place} class="flex items-end gap-3 border-line border-b p-4 last:border-0">
              <div class="min-w-0 flex-1">
                {isObject(rule) && "field" in rule ? (
                  <RuleRow rule={rule} onChange={(changed) => put(place, changed)} />
                ) : isObject(rule) && typeof rule.expr === "string" ? (
                  <ExpressionRow rule={rule} onChange={(changed) => put(place, changed)} />
                ) : (
                  <code class="block break-all font-mono text-xs">{JSON.stringify(rule)}</code>
                )}
                {problems.has(place) && (
                  <p role="status" class="mt-2 flex items-center gap-1.5 text-bad text-xs">
                    <Icon of={CircleAlert} size={14} />
                    <span>
                      {t("setup.rule_wrong", { number: place + 1, message: problems.get(place) ?? "" })}
                    </span>
                  </p>
                )}
              </div>
              {!readOnly && (
                <IconButton
                  icon={Trash2}
                  label={t("setup.remove_rule", { number: place + 1 })}
                  onClick={() => onChange(rules.filter((_, at) => at !== place))}
                />
              )}
            </li>
          ))}
        </ul>
      </Card>
      {!readOnly && (
        <div>
          <Button
            icon={Plus}
            onClick={() => onChange([...rules, { field: "", rule: "required", severity: "error" }])}
          >
            {t("setup.add_rule")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** A rule in the language of expressions, such as `net_total + tax_total == grand_total`. */
function ExpressionRow({ rule, onChange }: { rule: JsonObject; onChange: (rule: JsonObject) => void }) {
  return (
    <div class="grid gap-3 sm:grid-cols-[1fr_10rem]">
      <TextField
        label={t("setup.expression")}
        class="font-mono"
        value={shown(rule.expr)}
        onText={(text) => onChange({ ...rule, expr: text })}
      />
      <SeverityChoice rule={rule} onChange={onChange} />
    </div>
  );
}

function SeverityChoice({ rule, onChange }: { rule: JsonObject; onChange: (rule: JsonObject) => void }) {
  const severity = shown(rule.severity) || "error";
  return (
    <Select
      label={t("setup.severity")}
      value={severity}
      options={optionsOf(SEVERITIES, severity)}
      onPick={(word) => onChange({ ...rule, severity: word })}
    />
  );
}

const optionsOf = (words: string[], chosen: string) =>
  [...new Set([...words, chosen])]
    .filter(Boolean)
    .map((each) => ({ value: each, label: tword("setup.words.rule", each) }));

function RuleRow({ rule, onChange }: { rule: JsonObject; onChange: (rule: JsonObject) => void }) {
  const set = (name: string, text: string) => {
    const { [name]: _, ...rest } = rule;
    onChange(text ? { ...rule, [name]: typed(text, name) } : rest);
  };
  const kind = shown(rule.rule);
  return (
    <div class="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
      <TextField
        label={t("setup.field_name")}
        class="font-mono"
        value={shown(rule.field)}
        onText={(text) => onChange({ ...rule, field: text })}
      />
      <Select
        label={t("setup.rule")}
        value={kind}
        options={optionsOf(RULES, kind)}
        onPick={(word) => onChange({ ...rule, rule: word })}
      />
      <TextField
        label={t("setup.other_field")}
        class="font-mono"
        value={shown(rule.compare_to)}
        onText={(text) => set("compare_to", text)}
      />
      <TextField label={t("setup.value")} value={shown(rule.value)} onText={(text) => set("value", text)} />
      <SeverityChoice rule={rule} onChange={onChange} />
    </div>
  );
}
