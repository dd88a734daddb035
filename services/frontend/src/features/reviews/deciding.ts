import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, problemOf } from "../../lib/api/problem";
import { t } from "../../lib/i18n";
import { queries } from "../../lib/query/client";
import { toast } from "../../ui/toasts";
import { me } from "../session/session";
import { caseKey, claim, type Decision, decide, release, saveTables, type Word } from "./api";
import type { Case } from "./case";
import { changedTables, corrections, type Draft, keepDraft, NOTHING } from "./draft";

export interface Deciding {
  /** `typeId` = read it anew as that type. */
  run: (word: Word, reason: string, typeId?: string) => Promise<void>;
  isRunning: boolean;
  problem: Problem | null;
  forget: () => void;
}

/** Sends the decision with what was corrected. What is refused leaves everything as it was typed. */
export function useDecision(idle: () => Promise<Case>, draft: Draft, onwards: () => void): Deciding {
  const [state, set] = useState<{ isRunning: boolean; problem: Problem | null }>({
    isRunning: false,
    problem: null,
  });
  const run = async (word: Word, reason: string, typeId?: string) => {
    if (state.isRunning) return;
    set({ isRunning: true, problem: null });
    const of = await idle();
    try {
      const tables = word === "approve" ? changedTables(draft, of) : {};
      const current = Object.keys(tables).length > 0 ? await saveTables(of, tables) : of;
      const fixes = word === "approve" ? corrections(draft, of) : {};
      const given: Decision = { decision: word, ...(reason ? { reason } : {}), corrections: fixes };
      if (word === "approve" && reason) given.override = true;
      if (typeId) given.process_type_id = typeId;
      const after = await decide(current, given);
      keepDraft(of.processId, NOTHING);
      toast(
        t(after.status === "hitl_review" ? "reviews.done_first" : `reviews.done_${word}`, { name: of.title }),
      );
      onwards();
      queries.removeQueries({ queryKey: caseKey(of.processId) });
      void queries.invalidateQueries({ queryKey: ["reviews"] });
      void queries.invalidateQueries({ queryKey: ["processes"] });
      set({ isRunning: false, problem: null });
    } catch (error) {
      const problem = problemOf(error);
      set({ isRunning: false, problem });
      if (problem.status === 409 || problem.status === 412)
        void queries.invalidateQueries({ queryKey: caseKey(of.processId) });
    }
  };
  return { run, ...state, forget: () => set({ isRunning: false, problem: null }) };
}

const RENEWED_MS = 5 * 60_000;

/**
 * Holds the case for this person while it is open, as far as nobody else does, and gives it back afterwards. `end` once a
 * decision has ended the claim: there is nothing left to give back.
 */
export function useClaim(of: Case, isOver: boolean): { isMine: boolean; end: () => void } {
  const own = me.value?.user_id ?? null;
  const [answer, set] = useState<"asked" | "mine" | "refused">("asked");
  const isMine = answer === "mine" || (own !== null && of.claim.by === own);
  const isEnded = useRef(false);
  const known = useRef({ isMine, isOver });
  known.current = { isMine, isOver };
  useEffect(() => {
    let isOpen = true;
    let claimed: Promise<boolean>;
    const hold = () => {
      claimed = claim(of.processId, false).then(
        () => true,
        () => false,
      );
      void claimed.then((isNowMine) => isOpen && set(isNowMine ? "mine" : "refused"));
    };
    hold();
    const timer = setInterval(hold, RENEWED_MS);
    return () => {
      isOpen = false;
      clearInterval(timer);
      if (known.current.isOver || isEnded.current) return;
      // An admin's release ends anybody's claim, so that only one's own is released, once it is known to be.
      void claimed
        .then((isNowMine) => (isNowMine || known.current.isMine ? release(of.processId) : undefined))
        .catch(() => undefined);
    };
  }, [of.processId]);
  const end = () => {
    isEnded.current = true;
  };
  return { isMine, end };
}
