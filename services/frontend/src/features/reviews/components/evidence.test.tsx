import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { flagged, madeCase } from "../made";
import { Fraud } from "./fraud";
import { Split } from "./split";
import { Standing } from "./standing";

test("a duplicate is shown beside the earlier document, with a link to it", async () => {
  const of = flagged("duplicate_exact", { process_id: "p0", document_id: "d0" });
  const { container } = render(<Fraud of={of} show={vi.fn()} />);
  expect(container.textContent).toContain("The very same file was received before");
  const pictures = screen.getAllByRole("img").map((each) => each.getAttribute("src"));
  expect(pictures).toEqual(expect.arrayContaining(["/v1/documents/d1/pages/1", "/v1/documents/d0/pages/1"]));
  expect(screen.getByRole("link").getAttribute("href")).toBe("/processes/p0");
  expect(await faults(container)).toEqual([]);
});

test("old and new bank details stand under each other", () => {
  const known = [
    { account: "DE89370400440532013000", first_seen_at: "2025-01-02T00:00:00Z", verified_at: "2025-02-01" },
  ];
  const { container } = render(
    <Fraud of={flagged("bank_details_changed", { new: ["DE02120300000000202051"], known })} show={vi.fn()} />,
  );
  expect(container.textContent).toContain("DE02 1203 0000 0000 2020 51");
  expect(container.textContent).toContain("DE89 3704 0044 0532 0130 00");
  expect(container.textContent).toContain("Verified");
});

test("what a revision changed is shown before and after, as text, and can be looked at", async () => {
  const show = vi.fn();
  const changes = [{ before: "100.00", after: "<i>900.00</i>", page: 2, box: [0, 0, 1, 1], revision: 2 }];
  render(<Fraud of={flagged("text_changed", { changes })} show={show} />);
  expect(screen.getByText("<i>900.00</i>")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Show on page 2" }));
  expect(show).toHaveBeenCalledWith({ page: 2, box: [0, 0, 1, 1] }, "d1");
});

test("what a page shows stands beside what its text states", async () => {
  const show = vi.fn();
  const values = [
    { field: "grand_total", text: "1,190.00", picture: "9,190.00", page: 1, box: [0, 0, 1, 1] },
  ];
  const { container } = render(<Fraud of={flagged("text_layer_mismatch", { values })} show={show} />);
  expect(container.textContent).toContain("The page shows other figures than its text states");
  expect(container.querySelector("del")?.textContent).toBe("1,190.00");
  expect(container.querySelector("ins")?.textContent).toBe("9,190.00");
  await userEvent.click(screen.getByRole("button", { name: "Show on page 1" }));
  expect(show).toHaveBeenCalledWith({ page: 1, box: [0, 0, 1, 1] }, "d1");
});

test("cuts can be taken and left, and go to the server as chosen", async () => {
  const asked = serve({ "POST /v1/reviews/p1/split": { body: {} } });
  const done = vi.fn();
  const of = madeCase({ cuts: [{ document_id: "d1", cuts: [{ page: 2, score: 0.8 }] }] });
  const { container } = render(<Split of={of} done={done} />);
  const cut = screen.getByRole("button", { name: "Split before page 2" });
  expect(cut.getAttribute("aria-pressed")).toBe("true");
  expect(container.textContent).toContain("2 documents");
  await userEvent.click(cut);
  expect(await faults(container)).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Do not split" }));
  await expect.poll(() => done.mock.calls.length).toBe(1);
  expect(await asked[0]?.json()).toEqual({ documents: [{ document_id: "d1", cuts: [] }] });
  expect(asked[0]?.headers.get("If-Match")).toBe('"5"');
});

test("a change by somebody else names what changed and what was typed, and offers to keep it", async () => {
  const of = madeCase();
  const newer = {
    ...of,
    version: 6,
    fields: of.fields.map((each) => (each.name === "grand_total" ? { ...each, value: "120.00" } : each)),
  };
  const take = vi.fn();
  const { container } = render(
    <Standing
      of={of}
      newer={newer}
      draft={{ edits: { grand_total: "118.00" }, confirmed: [], tables: {}, drawn: {} }}
      problem={null}
      isMine
      mayTakeOver={false}
      takeOver={async () => undefined}
      take={take}
      forget={vi.fn()}
    />,
  );
  expect(screen.getByRole("alert").textContent).toContain("120.00");
  expect(screen.getByRole("alert").textContent).toContain("you typed 118.00");
  await userEvent.click(screen.getByRole("button", { name: "Reload, keep what I typed" }));
  expect(take).toHaveBeenCalled();
  expect(await faults(container)).toEqual([]);
});

test("a case that somebody else holds says who, and an admin may take it over", () => {
  const until = new Date(Date.now() + 60_000).toISOString();
  render(
    <Standing
      of={madeCase({
        claimed_by: "u2",
        claimed_by_name: "bo@acme.com",
        claimed_until: until,
        approvals_required: 2,
      })}
      newer={null}
      draft={{ edits: {}, confirmed: [], tables: {}, drawn: {} }}
      problem={null}
      isMine={false}
      mayTakeOver
      takeOver={async () => undefined}
      take={vi.fn()}
      forget={vi.fn()}
    />,
  );
  expect(screen.getByText("bo@acme.com is working on it")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Take it over" })).toBeTruthy();
  expect(screen.getByText("Two people must approve this")).toBeTruthy();
});
