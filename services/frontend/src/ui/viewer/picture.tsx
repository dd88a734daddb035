import { FileX } from "lucide";
import { useState } from "preact/hooks";
import { send } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { Icon } from "../icon";
import type { Turn } from "./geometry";
import { A4, type ViewerPage } from "./pages";

const TURNS = ["rotate-0", "rotate-90", "rotate-180", "rotate-270"] as const;

/** Waits grow threefold: 0.9, 2.7 and 8.1 s. */
const AGAIN_MS = 300;
const TRIES = 3;
/** Asked for again, it would be refused again. */
const NEVER = new Set([404, 409, 410, 415, 422]);

/** Height by width of pictures that were seen once. */
const ratios = new Map<string, number>();

export function ratioOf(page: ViewerPage): number {
  return ratios.get(page.key) ?? page.ratio ?? A4;
}

/** A page's picture, loaded when it comes near. One that is refused is asked for again, first with a renewed session. */
export function Picture({
  page,
  turn = 0,
  isNear,
  onSize,
}: {
  page: ViewerPage;
  turn?: Turn;
  /** Load it at once instead of when it comes into view. */
  isNear?: boolean;
  onSize?: () => void;
}) {
  const [tries, setTries] = useState(0);
  const [shown, setShown] = useState(false);
  const failed = async () => {
    // The session may have run out, the page may have no picture, or the server too many pages to draw at once.
    const answer = tries === 0 ? await send(page.src).catch(() => null) : null;
    if (answer && NEVER.has(answer.status)) return setTries(TRIES + 1);
    if (tries > 0) await new Promise((done) => setTimeout(done, AGAIN_MS * 3 ** tries));
    setTries(tries + 1);
  };
  const isSideways = turn % 2 === 1;
  const ratio = ratioOf(page);
  if (tries > TRIES)
    return (
      <span class="absolute inset-0 flex flex-col items-center justify-center gap-2 bg-sunken text-ink-faint text-xs">
        <Icon of={FileX} size={22} />
        {t("viewer.no_picture")}
      </span>
    );
  return (
    <>
      {!shown && <span aria-hidden="true" class="absolute inset-0 bg-sunken motion-safe:animate-pulse" />}
      <img
        key={tries}
        src={tries ? `${page.src}?again=${tries}` : page.src}
        alt={page.label}
        loading={isNear ? "eager" : "lazy"}
        decoding="async"
        draggable={false}
        class={`absolute top-1/2 left-1/2 max-w-none -translate-x-1/2 -translate-y-1/2 select-none transition-opacity ${TURNS[turn]} ${shown ? "opacity-100" : "opacity-0"}`}
        style={
          isSideways
            ? { width: `${100 * ratio}%`, height: `${100 / ratio}%` }
            : { width: "100%", height: "100%" }
        }
        onError={() => void failed()}
        onLoad={(event) => {
          const { naturalWidth, naturalHeight } = event.currentTarget;
          setShown(true);
          if (naturalWidth > 0 && ratios.get(page.key) !== naturalHeight / naturalWidth) {
            ratios.set(page.key, naturalHeight / naturalWidth);
            onSize?.();
          }
        }}
      />
    </>
  );
}
