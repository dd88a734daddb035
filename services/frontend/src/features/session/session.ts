import { computed, signal } from "@preact/signals";
import {
  api,
  body,
  FACTOR_REQUIRED,
  onFactorRequired,
  onSignedOut,
  type Schemas,
} from "../../lib/api/client";
import { type Problem, problemOf } from "../../lib/api/problem";
import { t } from "../../lib/i18n";
import { openLive } from "../../lib/live";
import { queries } from "../../lib/query/client";
import { toast } from "../../ui/toasts";
import { openViews } from "../processes/views";
import { forgetDrafts } from "../reviews/draft";
import { chosenFilter } from "../reviews/filter";
import { choice } from "../uploads/choice";
import { forgetAll } from "../uploads/queue";

export type Me = Schemas["MeOut"];
export type Role = "viewer" | "operator" | "admin" | "platform_admin";

/** undefined = not known yet, null = nobody. */
export const me = signal<Me | null | undefined>(undefined);
/** Why it is not known, where the server does not answer. */
export const trouble = signal<Problem | null>(null);

/** Somebody is signed in, who can do nothing before a second factor is set up. */
export const mustEnrol = signal(false);

export const role = computed<Role | null>(() => (me.value?.role as Role | undefined) ?? null);

const RANKS: Role[] = ["viewer", "operator", "admin"];

/** Whether the signed-in person may do what a role of a client may. A platform admin belongs to no client. */
export function may(least: Role): boolean {
  const own = role.value;
  if (!own) return false;
  if (least === "platform_admin" || own === "platform_admin") return own === least;
  return RANKS.indexOf(own) >= RANKS.indexOf(least);
}

/** Tells the next visit that there may be cookies; a first visit shows the sign-in at once. */
const WAS_HERE = "docflow.signed-in";

let closeLive: (() => void) | null = null;

/** The password of the sign-in, for the set-up that follows it at once; it is given away once. */
let typed: string | null = null;

export function takePassword(): string | null {
  const password = typed;
  typed = null;
  return password;
}

/** Whose work this tab keeps; a session that ran out leaves it for the same person. */
let owner: string | null = null;

/** What was read, typed and handed in is no business of the next person. */
function forgetWork(): void {
  queries.clear();
  forgetAll();
  forgetDrafts();
  chosenFilter.value = {};
  choice.value = { type: "", asOne: false };
}

function become(who: Me | null): void {
  if (who) {
    if (owner !== null && owner !== who.user_id) forgetWork();
    owner = who.user_id;
    openViews(who.user_id ?? "");
  }
  me.value = who;
  mustEnrol.value = false;
  typed = null;
  trouble.value = null;
  if (who) localStorage.setItem(WAS_HERE, "yes");
  else localStorage.removeItem(WAS_HERE);
  closeLive?.();
  // Somebody else signed in, in another tab: what is shown here may not be theirs to see.
  closeLive = who?.client_id ? openLive(who, () => location.reload()) : null;
}

/** Who the cookies belong to; asked once at the start. */
export async function openSession(): Promise<void> {
  onSignedOut(() => become(null));
  onFactorRequired(() => {
    mustEnrol.value = true;
  });
  if (!localStorage.getItem(WAS_HERE)) return become(null);
  try {
    become(await body(api.GET("/v1/me")));
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === FACTOR_REQUIRED) mustEnrol.value = true;
    else if (problem.status === 401 || problem.status === 403) become(null);
    else trouble.value = problem;
  }
}

export interface Credentials {
  email: string;
  password: string;
  totp?: string;
  recovery_code?: string;
}

export async function signIn(credentials: Credentials): Promise<void> {
  await api.POST("/v1/auth/login", { body: { ...credentials, cookie: true } });
  queries.clear();
  localStorage.setItem(WAS_HERE, "yes");
  typed = credentials.password;
  await goOn();
}

/** After the sign-in, and again once a second factor is set up. */
export async function goOn(): Promise<void> {
  try {
    become(await body(api.GET("/v1/me")));
  } catch (error) {
    if (problemOf(error).code !== FACTOR_REQUIRED) throw error;
    mustEnrol.value = true;
  }
}

export async function signOut(): Promise<void> {
  try {
    await api.POST("/v1/auth/logout", { body: {} });
  } catch (error) {
    const { status } = problemOf(error);
    // The cookies are still good: who leaves a shared machine must know.
    if (status === 0 || status >= 500) return toast(t("signin.still_in"), { isBad: true });
  }
  forgetWork();
  become(null);
}
