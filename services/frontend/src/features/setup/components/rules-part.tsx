import { t } from "../../../lib/i18n";
import { pretty } from "../../../lib/json";
import { listOf } from "../draft";
import { linesOfItems, useRuleProblems } from "../rule-check";
import { FormOrCode } from "./form-or-code";
import { RulesForm } from "./rules-form";

/** The rules as a form and as code, checked as they are typed. */
export function RulesPart({
  schema,
  rules,
  onRules,
  readOnly,
}: {
  schema: string;
  rules: string;
  onRules: (text: string) => void;
  readOnly: boolean;
}) {
  const list = listOf(rules);
  const problems = useRuleProblems(schema, rules);
  const lines = linesOfItems(rules);
  const told = [...problems].map(([at, message]) =>
    t("setup.rule_on_line", { number: at + 1, line: lines[at] ?? "–", message }),
  );
  return (
    <FormOrCode
      label={t("setup.rules")}
      text={rules}
      onText={onRules}
      readOnly={readOnly}
      wrong={told.length > 0 ? told.join("\n") : undefined}
      form={
        list && (
          <RulesForm
            rules={list}
            problems={problems}
            readOnly={readOnly}
            onChange={(changed) => onRules(pretty(changed))}
          />
        )
      }
    />
  );
}
