import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { expect, test } from "vitest";
import { pretty } from "../../lib/json";
import { faults } from "../../lib/testing/axe";
import { serve } from "../../lib/testing/server";
import { RulesPart } from "./components/rules-part";
import { linesOfItems } from "./rule-check";

const SCHEMA = pretty({ type: "object", properties: { net_total: { type: "string", "x-kind": "money" } } });
const RULES = pretty([
  { field: "net_total", rule: "required" },
  { rule: "expression", expr: "net_total > > 3" },
]);

function Opened() {
  const [rules, set] = useState(RULES);
  return <RulesPart schema={SCHEMA} rules={rules} onRules={set} readOnly={false} />;
}

test("a rule that cannot be used says why where it stands, as a form and as code", async () => {
  serve({
    "POST /v1/rules/check": async (request: Request) => {
      const { validation_rules: rules } = (await request.clone().json()) as {
        validation_rules: { expr?: string }[];
      };
      const data = rules.map(({ expr }, rule) => ({
        rule,
        problem: expr?.includes("> >") ? "the expression misses a value (at character 13)" : null,
        findings: [],
      }));
      return { body: { data } };
    },
  });
  const { container } = render(<Opened />);
  expect((await screen.findByText(/misses a value/)).textContent).toBe(
    "Rule 2: the expression misses a value (at character 13)",
  );
  expect(await faults(container)).toEqual([]);
  await userEvent.click(screen.getByText("As code"));
  expect(screen.getByText(/misses a value/).textContent).toBe(
    "Rule 2, line 6: the expression misses a value (at character 13)",
  );
  await userEvent.click(screen.getByText("As form"));
  const expression = screen.getByLabelText("Expression");
  await userEvent.clear(expression);
  await userEvent.type(expression, "net_total > 3");
  await expect.poll(() => screen.queryByText(/misses a value/)).toBeNull();
});

test("each item of a list is found on its line, whatever stands in its texts", () => {
  expect(linesOfItems('[\n  {"a": "],{[\\"",\n "b": [1, 2]},\n  5,\n  "x"\n]')).toEqual([2, 4, 5]);
  expect(linesOfItems("[]")).toEqual([]);
  expect(linesOfItems('{"a": 1}')).toEqual([]);
});
