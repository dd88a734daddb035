import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useRef, useState } from "preact/hooks";
import { expect, test } from "vitest";
import { t } from "../../../lib/i18n";
import { serve } from "../../../lib/testing/server";
import { ALL, type ProcessFilter } from "../filter";
import { Filters } from "./filters";

let filter: ProcessFilter;

function Page({ first }: { first: ProcessFilter }) {
  const [now, set] = useState(first);
  const search = useRef<HTMLInputElement>(null);
  filter = now;
  return <Filters filter={now} change={set} search={search} />;
}

const textOf = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).value;

test("a space before the next word outlives the search for the first one", async () => {
  render(<Page first={ALL} />);
  await userEvent.type(screen.getByLabelText(t("processes.search")), "Werft ");
  await expect.poll(() => filter.q).toBe("Werft");
  await userEvent.type(screen.getByLabelText(t("processes.search")), "GmbH");
  await expect.poll(() => filter.q).toBe("Werft GmbH");
});

test("clearing the filters clears the value that was looked for, too", async () => {
  serve({ "GET /v1/process-types": { body: { data: [], has_more: false } } });
  render(<Page first={{ ...ALL, field: { name: "invoice_number", value: "7" } }} />);
  expect(textOf(t("processes.field"))).toBe("invoice_number");
  await userEvent.click(screen.getByText(t("processes.clear")));
  await expect.poll(() => textOf(t("processes.field"))).toBe("");
  expect(textOf(t("processes.field_value"))).toBe("");
  expect(filter.field).toBeNull();
});
