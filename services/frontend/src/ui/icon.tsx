import type { IconNode } from "lucide";
import { h } from "preact";

export interface IconProps {
  of: IconNode;
  /** Edge in pixels. */
  size?: number;
  class?: string;
  /** What it says to those who cannot see it; an icon beside its words needs none. */
  label?: string;
}

export function Icon({ of, size = 16, class: extra = "", label }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={size <= 16 ? 2 : 1.75}
      stroke-linecap="round"
      stroke-linejoin="round"
      class={`shrink-0 ${extra}`}
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {of.map(([tag, attributes]) => h(tag, attributes as Record<string, string>))}
    </svg>
  );
}
