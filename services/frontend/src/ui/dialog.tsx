import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../lib/i18n";
import { IconButton } from "./button";

const WIDTHS: Record<string, string> = { false: "max-w-lg", true: "max-w-3xl", full: "max-w-[110rem]" };
const CENTRED = "max-h-[85dvh] w-[calc(100vw-2rem)] rounded-xl";
const DRAWER =
  "mb-0 max-h-[85dvh] w-full max-w-none rounded-t-xl pb-[env(safe-area-inset-bottom)] md:my-0 md:mr-0 md:ml-auto md:h-dvh md:max-h-none md:w-[26rem] md:rounded-none md:border-y-0 md:border-r-0";

/** A modal dialog: the browser keeps the focus inside; afterwards what opened it has it again. */
export function Dialog({
  title,
  close,
  children,
  footer,
  wide,
  drawer,
  stays,
  submit,
}: {
  title: string;
  close: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  wide?: boolean | "full";
  /** At the side, on a phone at the bottom: for what is looked at beside the page. */
  drawer?: boolean;
  /** A press beside it does not close it: for what is shown this once. A form stays, too. */
  stays?: boolean;
  /** Makes the whole of it a form. */
  submit?: () => void;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const pressed = useRef<EventTarget | null>(null);
  const id = useId();
  const Frame = submit ? "form" : "div";
  const isKept = stays || submit !== undefined;
  const onSubmit = (event: Event) => {
    event.preventDefault();
    submit?.();
  };
  useEffect(() => {
    const shown = element.current;
    const opener = document.activeElement;
    shown?.showModal();
    return () => {
      // The dialog is out of the page by now, too late for the browser; who moved the focus on has the say.
      const isLost = document.activeElement === document.body || shown?.contains(document.activeElement);
      shown?.close();
      if (isLost && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      class={`overflow-hidden border border-line bg-surface p-0 text-ink shadow-pop backdrop:bg-[oklch(0.2_0.02_265/0.45)] ${drawer ? DRAWER : `${CENTRED} ${WIDTHS[String(wide ?? false)]}`}`}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onMouseDown={(event) => {
        pressed.current = event.target;
      }}
      // Text that is marked as far as beside the dialog ends in a click there, too.
      onClick={(event) =>
        !isKept && event.target === element.current && pressed.current === element.current && close()
      }
      onKeyDown={(event) => event.stopPropagation()}
    >
      <Frame
        {...(submit ? { onSubmit } : {})}
        class={`flex flex-col ${drawer ? "max-h-[85dvh] md:h-full md:max-h-none" : "max-h-[85dvh]"}`}
      >
        <header class="flex items-center justify-between gap-2 border-line border-b py-2 pr-2 pl-4">
          <h2 id={id} class="font-semibold">
            {title}
          </h2>
          <IconButton icon={X} label={t("common.close")} onClick={close} />
        </header>
        <div class="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        {footer && <footer class="flex justify-end gap-2 border-line border-t p-3">{footer}</footer>}
      </Frame>
    </dialog>
  );
}
