import { Bell, type IconNode, LogOut, Moon, UserRound } from "lucide";
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { UnreadCount } from "../features/notifications/components/bell";
import { may, me, signOut } from "../features/session/session";
import { t } from "../lib/i18n";
import { otherTheme } from "../lib/theme";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { places } from "./navigation";

const ITEM =
  "flex min-h-12 w-full items-center gap-3 rounded-lg px-3 text-left hover:bg-sunken aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent";

/** On a phone: the places and acts that the bar has no room for. */
export function More({ close, openInbox }: { close: () => void; openInbox: () => void }) {
  const { path } = useLocation();
  const link = (to: string, icon: IconNode, words: string) => (
    <Item key={to}>
      <a
        href={to}
        class={ITEM}
        aria-current={path === to || path.startsWith(`${to}/`) ? "page" : undefined}
        onClick={close}
      >
        <Icon of={icon} size={20} />
        {words}
      </a>
    </Item>
  );
  const act = (icon: IconNode, words: ComponentChildren, run: () => void) => (
    <Item>
      <button
        type="button"
        class={ITEM}
        onClick={() => {
          close();
          run();
        }}
      >
        <Icon of={icon} size={20} />
        {words}
      </button>
    </Item>
  );
  return (
    <Dialog title={me.value?.client?.name ?? "DocFlow AI"} close={close} drawer>
      <ul class="-mx-2 flex flex-col">
        {may("viewer") &&
          act(
            Bell,
            <>
              <span class="flex-1">{t("notifications.inbox")}</span>
              <UnreadCount />
            </>,
            openInbox,
          )}
        {places()
          .filter((place) => !place.onPhone?.())
          .map((place) => link(place.path, place.icon, t(place.title)))}
        {link("/profile", UserRound, t("nav.profile"))}
        {act(Moon, t("nav.theme"), otherTheme)}
        {act(LogOut, t("nav.signout"), () => void signOut())}
      </ul>
    </Dialog>
  );
}

function Item({ children }: { children: ComponentChildren }) {
  return <li class="border-line border-b last:border-0">{children}</li>;
}
