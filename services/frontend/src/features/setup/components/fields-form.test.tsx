import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { t } from "../../../lib/i18n";
import { FieldsForm } from "./fields-form";

test("a name that is being typed outlives that the form is drawn anew, and is taken when it is left", async () => {
  const schema = { type: "object", properties: { total: { type: "string" } } };
  const onChange = vi.fn();
  const form = () => <FieldsForm schema={schema} onChange={onChange} readOnly={false} />;
  const { rerender } = render(form());
  const name = screen.getByLabelText(t("setup.field_name")) as HTMLInputElement;
  await userEvent.type(name, "_sum");
  rerender(form());
  expect(name.value).toBe("total_sum");
  await userEvent.tab();
  expect(onChange.mock.calls.map(([changed]) => Object.keys(changed.properties))).toEqual([["total_sum"]]);
});
