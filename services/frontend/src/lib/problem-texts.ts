import type { Problem } from "./api/problem";
import { t, tword } from "./i18n";

/** What an error code means to a person, and what to do. Codes without a text of their own show the server's words. */
export function tproblem(problem: Problem): { what: string; todo: string } {
  const what = tword("problems", problem.code);
  const known = what !== problem.code.replaceAll("_", " ");
  const todo = tword("remedies", problem.code);
  return {
    what: known ? what : problem.message || t("problems.unexpected"),
    todo: todo === problem.code.replaceAll("_", " ") ? fallback(problem) : todo,
  };
}

function fallback(problem: Problem): string {
  if (problem.status >= 500) return t("remedies.internal_error");
  if (problem.retryAfter) return t("remedies.wait", { seconds: Math.ceil(problem.retryAfter) });
  return "";
}
