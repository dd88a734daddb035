import { t } from "../../lib/i18n";
import { useList } from "../../lib/query/use";
import { type ApiKey, listKeys, listUsers, type User } from "./api";

/** Whom the audit means by `user:<id>` or `key:<id>`: an e-mail address or a key's name; the program itself where nobody is named. */
export function useActorName(): (actor: string) => string {
  const users = useList<User>({ key: ["users"], read: listUsers });
  const keys = useList<ApiKey>({ key: ["api-keys"], read: listKeys });
  const names = new Map<string, string>([
    ...users.rows.map((each): [string, string] => [`user:${each.user_id}`, each.email]),
    ...keys.rows.map((each): [string, string] => [
      `key:${each.api_key_id}`,
      t("audit.key", { name: each.name }),
    ]),
  ]);
  return (actor) => (actor ? (names.get(actor) ?? actor) : t("audit.system"));
}
