import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../lib/i18n";
import { IconButton } from "./button";

const WIDTHS: Record<string, string> = { false: "max-w-lg", true: "max-w-3xl", full: "max-w-[110rem]" };

/** A modal dialog: the browser keeps the focus inside and gives it back. */
export function Dialog({
  title,
  close,
  children,
  footer,
  wide,
}: {
  title: string;
  close: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  wide?: boolean | "full";
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = element.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      class={`max-h-[85dvh] w-[calc(100vw-2rem)] overflow-hidden rounded-xl border border-line bg-surface p-0 text-ink shadow-pop backdrop:bg-[oklch(0.2_0.02_265/0.45)] ${WIDTHS[String(wide ?? false)]}`}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === element.current && close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="flex max-h-[85dvh] flex-col">
        <header class="flex items-center justify-between gap-2 border-line border-b py-2 pr-2 pl-4">
          <h2 id={id} class="font-semibold">
            {title}
          </h2>
          <IconButton icon={X} label={t("common.close")} onClick={close} />
        </header>
        <div class="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        {footer && <footer class="flex justify-end gap-2 border-line border-t p-3">{footer}</footer>}
      </div>
    </dialog>
  );
}
