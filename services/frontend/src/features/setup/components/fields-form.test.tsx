import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { expect, test, vi } from "vitest";
import { t } from "../../../lib/i18n";
import type { JsonObject } from "../../../lib/json";
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

test("a field goes up by as many presses as it takes", async () => {
  const fields = { one: { type: "string" }, two: { type: "string" }, three: { type: "string" } };
  function Form() {
    const [schema, setSchema] = useState<JsonObject>({ type: "object", properties: fields });
    return <FieldsForm schema={schema} onChange={setSchema} readOnly={false} />;
  }
  render(<Form />);
  await userEvent.click(screen.getByRole("button", { name: t("setup.move_up", { name: "three" }) }));
  await userEvent.keyboard("{Enter}");
  const names = screen.getAllByLabelText(t("setup.field_name")) as HTMLInputElement[];
  expect(names.map((each) => each.value)).toEqual(["three", "one", "two"]);
  expect(document.activeElement).toBe(names[0]);
});
