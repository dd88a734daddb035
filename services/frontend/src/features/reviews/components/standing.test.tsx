import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Problem } from "../../../lib/api/problem";
import { t } from "../../../lib/i18n";
import { NOTHING } from "../draft";
import { madeCase } from "../made";
import { Standing } from "./standing";

test("who cannot take a case over is told why", async () => {
  const refused = new Problem({ status: 503, code: "temporarily_unavailable", detail: "later" });
  render(
    <Standing
      of={madeCase({ claimed_by: "bob", claimed_until: "2999-01-01T00:00:00Z" })}
      newer={null}
      draft={NOTHING}
      problem={null}
      isMine={false}
      mayTakeOver
      takeOver={() => Promise.reject(refused)}
      take={vi.fn()}
      forget={vi.fn()}
    />,
  );
  await userEvent.click(screen.getByText(t("reviews.take_over")));
  expect((await screen.findByRole("alert")).textContent).toContain("temporarily_unavailable");
});
