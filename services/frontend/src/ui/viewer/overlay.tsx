import { turned } from "./geometry";
import type { Tone, View, ViewerBox } from "./pages";

const TONES: Record<Tone, string> = {
  plain: "border-[oklch(0.5_0.185_270/0.35)] hover:bg-[oklch(0.5_0.185_270/0.12)]",
  good: "border-[oklch(0.5_0.13_155/0.5)] hover:bg-[oklch(0.5_0.13_155/0.12)]",
  doubt: "border-[oklch(0.65_0.15_70/0.8)] bg-[oklch(0.8_0.15_80/0.16)] hover:bg-[oklch(0.8_0.15_80/0.3)]",
  bad: "border-[oklch(0.55_0.2_25/0.8)] bg-[oklch(0.6_0.2_25/0.12)] hover:bg-[oklch(0.6_0.2_25/0.24)]",
};

/** The places on one page. They stand in the picture, so that they zoom with it; the keyboard reaches them by their fields. */
export function Overlay({
  boxes,
  view,
  active,
  onBox,
}: {
  boxes: readonly ViewerBox[];
  view: View;
  active: string | null;
  onBox?: ((id: string) => void) | undefined;
}) {
  return (
    <>
      {boxes.map((each) => {
        const [x0, y0, x1, y1] = turned(each.box, view.turn);
        const isActive = each.id === active;
        return (
          <button
            key={each.id}
            type="button"
            tabIndex={-1}
            data-box={each.id}
            aria-label={each.label}
            title={each.label}
            onClick={() => onBox?.(each.id)}
            class={`absolute rounded-[3px] border transition-[background-color,box-shadow] ${TONES[each.tone]} ${
              isActive
                ? "z-10 border-2 border-[oklch(0.5_0.2_270)]! bg-[oklch(0.6_0.2_270/0.06)]! shadow-[0_0_0_4px_oklch(0.6_0.2_270/0.18)]"
                : ""
            }`}
            style={{
              left: `calc(${x0 * 100}% - 5px)`,
              top: `calc(${y0 * 100}% - 4px)`,
              width: `calc(${(x1 - x0) * 100}% + 10px)`,
              height: `calc(${(y1 - y0) * 100}% + 8px)`,
            }}
          />
        );
      })}
    </>
  );
}
