import { tword } from "./i18n";

/** The text of a word that the server sent; undefined where there is none, so that its own message can stand in. */
export function said(group: string, word: string): string | undefined {
  const text = tword(group, word);
  return text === word.replaceAll("_", " ") ? undefined : text;
}
