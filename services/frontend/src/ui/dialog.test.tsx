import { fireEvent, render, screen } from "@testing-library/preact";
import { expect, test, vi } from "vitest";
import { Dialog } from "./dialog";

test("a press beside a dialog closes it, a drag that only ends there does not", () => {
  const close = vi.fn();
  const { container } = render(
    <Dialog title="Key" close={close}>
      <p>Secret</p>
    </Dialog>,
  );
  const dialog = container.querySelector("dialog") as HTMLDialogElement;
  fireEvent.mouseDown(screen.getByText("Secret"));
  fireEvent.click(dialog);
  expect(close).not.toHaveBeenCalled();
  fireEvent.mouseDown(dialog);
  fireEvent.click(dialog);
  expect(close).toHaveBeenCalledTimes(1);
});

test.each([{ stays: true }, { submit: () => {} }])("what would be lost stays: %o", (given) => {
  const close = vi.fn();
  const { container } = render(
    <Dialog title="Key" close={close} {...given}>
      <p>Shown once</p>
    </Dialog>,
  );
  const dialog = container.querySelector("dialog") as HTMLDialogElement;
  fireEvent.mouseDown(dialog);
  fireEvent.click(dialog);
  expect(close).not.toHaveBeenCalled();
});
