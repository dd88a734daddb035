import { Ellipsis, Keyboard, LogOut, Moon, Search, UserRound } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorBoundary, useLocation } from "preact-iso";
import { BellButton, UnreadCount } from "../features/notifications/components/bell";
import { watchUnread } from "../features/notifications/unread";
import { watchWaiting } from "../features/reviews/waiting";
import { may, me, role, signOut } from "../features/session/session";
import { t } from "../lib/i18n";
import { useKeys } from "../lib/keys";
import { isLive } from "../lib/live";
import { otherTheme } from "../lib/theme";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Kbd } from "../ui/kbd";
import { Mark } from "../ui/mark";
import { More } from "./more";
import { type Place, places } from "./navigation";
import { PAGES } from "./pages";
import { Palette } from "./palette";
import { Shortcuts } from "./shortcuts";

type Open = "palette" | "shortcuts" | "inbox" | "more" | null;

/** The frame around every page: places at the side, on a phone at the bottom. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { route } = useLocation();
  const [open, setOpen] = useState<Open>(null);
  useEffect(() => (may("operator") ? watchWaiting() : undefined), [role.value]);
  useEffect(() => (may("viewer") ? watchUnread() : undefined), [role.value]);
  useKeys(t("keys.everywhere"), [
    { keys: "?", label: t("keys.show"), run: () => setOpen("shortcuts") },
    { keys: "mod+k", label: t("keys.palette"), inFields: true, run: () => setOpen("palette") },
    ...(may("viewer") ? [{ keys: "g n", label: t("notifications.inbox"), run: () => setOpen("inbox") }] : []),
    ...places().map((place) => ({
      keys: `g ${place.key}`,
      label: t("keys.go", { place: t(place.title) }),
      run: () => route(place.path),
    })),
  ]);
  return (
    <div class="flex min-h-dvh">
      <a
        href="#content"
        class="-top-20 absolute left-2 z-50 rounded-lg bg-accent px-3 py-2 text-on-accent focus:top-2"
      >
        {t("nav.skip")}
      </a>
      <Side open={setOpen} />
      <main id="content" tabIndex={-1} class="min-w-0 flex-1 outline-none">
        {children}
      </main>
      <PhoneBar openMore={() => setOpen("more")} />
      {open === "palette" && <Palette close={() => setOpen(null)} />}
      {open === "shortcuts" && <Shortcuts close={() => setOpen(null)} />}
      {open === "more" && <More close={() => setOpen(null)} openInbox={() => setOpen("inbox")} />}
      {open === "inbox" && (
        <ErrorBoundary>
          <PAGES.inbox close={() => setOpen(null)} />
        </ErrorBoundary>
      )}
    </div>
  );
}

function Side({ open }: { open: (what: Open) => void }) {
  return (
    <aside class="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col border-line border-r bg-surface md:flex">
      <div class="flex items-center gap-2 px-3 pt-4 pb-3">
        <Mark size={26} />
        <div class="min-w-0 flex-1">
          <p class="truncate font-semibold text-sm leading-tight">{me.value?.client?.name ?? "DocFlow AI"}</p>
          {may("viewer") && (
            <p class="flex items-center gap-1.5 text-2xs text-ink-faint">
              <span
                class={`size-1.5 rounded-full ${isLive.value ? "bg-good" : "bg-line-strong"}`}
                aria-hidden="true"
              />
              {t(isLive.value ? "nav.live" : "nav.not_live")}
            </p>
          )}
        </div>
        {may("viewer") && <BellButton open={() => open("inbox")} />}
      </div>
      <button
        type="button"
        onClick={() => open("palette")}
        class="mx-3 mb-2 flex h-8 items-center gap-2 rounded-lg border border-line px-2.5 text-ink-faint text-sm hover:border-line-strong"
      >
        <Icon of={Search} size={14} />
        <span class="min-w-0 flex-1 truncate text-left">{t("nav.search")}</span>
        <Kbd keys="mod+k" />
      </button>
      <nav aria-label={t("nav.label")} class="flex-1 overflow-y-auto px-3 pb-3">
        <Groups />
      </nav>
      <Foot openShortcuts={() => open("shortcuts")} />
    </aside>
  );
}

function Groups() {
  const shown = places();
  return (
    <>
      {(["work", "setup", "platform"] as const).map((group) => {
        const own = shown.filter((place) => place.group === group);
        return own.length === 0 ? null : (
          <div key={group} class="mt-3 first:mt-1">
            {group !== "work" && (
              <p class="px-2.5 pb-1 font-medium text-2xs text-ink-faint">{t(`nav.${group}`)}</p>
            )}
            <ul class="flex flex-col gap-0.5">
              {own.map((place) => (
                <li key={place.path}>
                  <PlaceLink place={place} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

function PlaceLink({ place }: { place: Place }) {
  const { path } = useLocation();
  const isHere = path === place.path || path.startsWith(`${place.path}/`);
  return (
    <a
      href={place.path}
      aria-current={isHere ? "page" : undefined}
      class="group flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-ink-soft text-sm transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent"
    >
      <Icon of={place.icon} />
      <span class="flex-1 truncate">{t(place.title)}</span>
      <Count of={place} />
      <span class={place.count?.value ? "hidden group-hover:inline" : "opacity-0 group-hover:opacity-100"}>
        <Kbd keys={`g ${place.key}`} />
      </span>
    </a>
  );
}

function Count({ of }: { of: Place }) {
  if (!of.count?.value) return null;
  return (
    <span class="numbers rounded-full bg-accent-wash px-1.5 font-medium text-2xs text-accent group-hover:hidden max-md:absolute max-md:top-1.5 max-md:left-[calc(50%+0.5rem)]">
      {of.count.value}
    </span>
  );
}

function Foot({ openShortcuts }: { openShortcuts: () => void }) {
  const who = me.value;
  const roleName = who?.role && t(`role.${who.role as "admin"}`);
  return (
    <div class="flex flex-col gap-1 border-line border-t p-3">
      <a href="/profile" class="flex items-center gap-2.5 rounded-lg px-2 py-1.5 hover:bg-sunken">
        <span class="flex size-7 items-center justify-center rounded-full bg-accent-wash text-accent">
          <Icon of={UserRound} size={15} />
        </span>
        <span class="min-w-0">
          <span class="block truncate text-sm">{who?.email ?? roleName}</span>
          {who?.email && <span class="block text-2xs text-ink-faint">{roleName}</span>}
        </span>
      </a>
      <div class="flex justify-between">
        <IconButton icon={Keyboard} label={t("keys.show")} onClick={openShortcuts} />
        <IconButton icon={Moon} label={t("nav.theme")} onClick={otherTheme} />
        <IconButton icon={LogOut} label={t("nav.signout")} onClick={() => void signOut()} />
      </div>
    </div>
  );
}

const PHONE =
  "relative flex min-h-14 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-2xs text-ink-soft aria-[current=page]:text-accent";

function PhoneBar({ openMore }: { openMore: () => void }) {
  const { path } = useLocation();
  const shown = places().filter((place) => place.onPhone?.());
  return (
    <nav
      aria-label={t("nav.label")}
      class="fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {shown.map((place) => (
        <a
          key={place.path}
          href={place.path}
          aria-current={path === place.path || path.startsWith(`${place.path}/`) ? "page" : undefined}
          class={PHONE}
        >
          <Icon of={place.icon} size={20} />
          <Count of={place} />
          {t(place.title)}
        </a>
      ))}
      <button type="button" aria-haspopup="dialog" class={PHONE} onClick={openMore}>
        <Icon of={Ellipsis} size={20} />
        <UnreadCount class="absolute top-1.5 left-[calc(50%+0.6rem)]" />
        {t("nav.more")}
      </button>
    </nav>
  );
}
