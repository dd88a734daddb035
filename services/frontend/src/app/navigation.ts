import type { Signal } from "@preact/signals";
import {
  Building2,
  ChartColumn,
  ClipboardCheck,
  Files,
  type IconNode,
  Settings2,
  ShieldUser,
  Upload,
} from "lucide";
import { waiting } from "../features/reviews/waiting";
import { may, role } from "../features/session/session";
import type { TextKey } from "../lib/i18n";

export interface Place {
  path: string;
  title: TextKey;
  icon: IconNode;
  /** The second key after `g`. */
  key: string;
  group: "work" | "setup" | "platform";
  /** Who sees it. */
  shown: () => boolean;
  /** Among the few that fit the bar of a phone. */
  onPhone?: () => boolean;
  /** How many things wait there; "" = none. */
  count?: Signal<string>;
}

const inClient = () => may("viewer");

/** The portal's places in their order. A new page is one entry here and one in pages.ts. */
const PLACES: readonly Place[] = [
  {
    path: "/reviews",
    title: "nav.reviews",
    icon: ClipboardCheck,
    key: "r",
    group: "work",
    shown: () => may("operator"),
    onPhone: () => true,
    count: waiting,
  },
  {
    path: "/",
    title: "nav.dashboard",
    icon: ChartColumn,
    key: "d",
    group: "work",
    shown: inClient,
    onPhone: () => true,
  },
  {
    path: "/processes",
    title: "nav.processes",
    icon: Files,
    key: "p",
    group: "work",
    shown: inClient,
    onPhone: () => true,
  },
  {
    path: "/upload",
    title: "nav.upload",
    icon: Upload,
    key: "u",
    group: "work",
    shown: () => may("operator"),
    onPhone: () => true,
  },
  {
    path: "/configuration",
    title: "setup.title",
    icon: Settings2,
    key: "c",
    group: "setup",
    shown: () => may("admin") || may("platform_admin"),
    onPhone: () => may("platform_admin"),
  },
  {
    path: "/admin",
    title: "admin.title",
    icon: ShieldUser,
    key: "a",
    group: "setup",
    shown: () => may("admin"),
  },
  {
    path: "/clients",
    title: "clients.title",
    icon: Building2,
    key: "l",
    group: "platform",
    shown: () => may("platform_admin"),
    onPhone: () => true,
  },
];

export function places(): readonly Place[] {
  return role.value ? PLACES.filter((place) => place.shown()) : [];
}
