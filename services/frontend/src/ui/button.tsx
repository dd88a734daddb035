import type { IconNode } from "lucide";
import type { ButtonHTMLAttributes, ComponentChildren, PartialAnchorHTMLAttributes } from "preact";
import { Icon } from "./icon";
import { Kbd } from "./kbd";
import { Spinner } from "./spinner";

type Look = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong border-transparent shadow-card",
  plain: "bg-surface text-ink border-line hover:bg-sunken shadow-card",
  quiet: "bg-transparent text-ink-soft border-transparent hover:bg-sunken hover:text-ink",
  danger: "bg-surface text-bad border-line hover:bg-bad-wash shadow-card",
};

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "size" | "icon"> {
  look?: Look;
  icon?: IconNode;
  /** The key that does the same, shown beside the words. */
  keys?: string;
  isBusy?: boolean;
  small?: boolean;
  children?: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const { look = "plain", icon, keys, isBusy, small, children, class: extra = "", disabled, ...rest } = props;
  const size = small ? "h-7 gap-1.5 px-2 text-xs" : "h-9 gap-2 px-3 text-sm";
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      class={`inline-flex items-center justify-center whitespace-nowrap rounded-lg border font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${size} ${LOOKS[look]} ${extra}`}
    >
      {isBusy ? <Spinner size={small ? 12 : 14} /> : icon && <Icon of={icon} size={small ? 14 : 16} />}
      {children}
      {keys && <Kbd keys={keys} quiet={look === "primary"} />}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label"> {
  icon: IconNode;
  /** Read out, and shown on hover. */
  label: string;
  size?: number;
}

export function IconButton({ icon, label, size = 16, class: extra = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      title={label}
      aria-label={label}
      class={`inline-flex size-8 items-center justify-center rounded-lg text-ink-soft transition-colors hover:bg-sunken hover:text-ink disabled:cursor-not-allowed disabled:opacity-40 aria-pressed:bg-accent-wash aria-pressed:text-accent ${extra}`}
    >
      <Icon of={icon} size={size} />
    </button>
  );
}

export function LinkButton({
  look = "plain",
  icon,
  children,
  class: extra = "",
  ...rest
}: Omit<PartialAnchorHTMLAttributes<HTMLAnchorElement>, "icon" | "role"> & {
  href: string;
  look?: Look;
  icon?: IconNode;
}) {
  return (
    <a
      {...rest}
      class={`inline-flex h-9 items-center justify-center gap-2 whitespace-nowrap rounded-lg border px-3 font-medium text-sm transition-colors ${LOOKS[look]} ${extra}`}
    >
      {icon && <Icon of={icon} />}
      {children}
    </a>
  );
}
