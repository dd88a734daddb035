import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { pageKey, pagesOf } from "../../../lib/document-pages";
import { t, tn } from "../../../lib/i18n";
import { useKeys } from "../../../lib/keys";
import { fieldName } from "../../../lib/names";
import { toast } from "../../../ui/toasts";
import type { Drawn, ViewerBox } from "../../../ui/viewer/pages";
import { Viewer } from "../../../ui/viewer/viewer";
import { may } from "../../session/session";
import { claim, type Word } from "../api";
import { useBench, useOpened } from "../bench";
import { boxesOf } from "../boxes";
import type { Case, Place } from "../case";
import { useClaim, useDecision } from "../deciding";
import { useNewDoubts } from "../doubts";
import { changedTables, corrections, keepDraft, keptDraft, NOTHING } from "../draft";
import { useKeptFocus } from "../kept-focus";
import { useSaving } from "../saving";
import { DecisionBar, ReasonDialog } from "./decision-bar";
import { FieldList } from "./field-list";
import { Fraud, WeakSignals } from "./fraud";
import { CaseHeader } from "./header";
import { KeyHint } from "./key-hint";
import { LineItems } from "./line-items";
import { Notes } from "./notes";
import { Split } from "./split";
import { Standing } from "./standing";
import { TypeChoice } from "./type-choice";
import { Why } from "./why";

export interface DeskProps {
  latest: Case;
  position: number;
  total: string;
  previous: (() => void) | null;
  next: (() => void) | null;
  reread: () => void;
}

/** The document on one side, its values on the other, the decision below them. */
export function Desk({ latest, position, total, previous, next, reread }: DeskProps) {
  const { route } = useLocation();
  const typed = useRef(keptDraft(latest.processId));
  const saving = useSaving(latest, () => typed.current.drawn);
  const { opened: of, newer, take } = useOpened(latest, saving.isMine);
  const bench = useBench(of, saving.save);
  typed.current = bench.draft;
  const panel = useRef<HTMLDivElement>(null);
  const approve = useRef<HTMLButtonElement>(null);
  const [asking, ask] = useState<Word | null>(null);
  const [spoken, speak] = useState("");
  const [warnedOf, warnOf] = useState<readonly string[]>([]);
  const [pointed, point] = useState<{ box: ViewerBox | null; wanted: { page: string } | null }>({
    box: null,
    wanted: null,
  });
  const held = useClaim(of, (newer ?? of).isOver);
  const onwards = () => {
    held.end();
    return next ? next() : route("/reviews");
  };
  const cut = () => {
    keepDraft(of.processId, NOTHING);
    onwards();
  };
  const decision = useDecision(saving.idle, bench.draft, onwards);

  const focus = (name: string | null) => {
    if (name === null) {
      approve.current?.focus();
      speak(t("reviews.ready"));
      return;
    }
    bench.look(name);
    // The row may only just have been opened.
    requestAnimationFrame(() => {
      const input = panel.current?.querySelector<HTMLInputElement>(`[data-input="${CSS.escape(name)}"]`);
      input?.focus();
      input?.scrollIntoView({ block: "nearest" });
    });
  };
  useKeptFocus(panel);
  useNewDoubts(of, (names) => {
    bench.doubt(names);
    warnOf([]);
    // The decision was next; now there is something to look at before it.
    if (document.activeElement === approve.current) focus(names[0] ?? null);
  });
  const leave = () => panel.current?.focus({ preventScroll: true });
  const pointAt = (name: string) => {
    bench.look(name);
    speak(fieldName(name));
    requestAnimationFrame(() =>
      panel.current
        ?.querySelector(`[data-field="${CSS.escape(name)}"]`)
        ?.scrollIntoView({ block: "nearest" }),
    );
  };
  const step = (by: 1 | -1) => {
    const at = bench.order.findIndex((each) => each.name === bench.active);
    const target = bench.order[at + by] ?? bench.order[at];
    if (target) pointAt(target.name);
  };
  const show = (place: Place, documentId = of.primaryId) => {
    const page = pageKey(documentId, place.page);
    const box: ViewerBox = { id: "·pointed", page, box: place.box, label: t("reviews.here"), tone: "bad" };
    bench.look(null);
    point({ box, wanted: null });
  };

  useEffect(() => {
    document.title = `${of.title} · DocFlow AI`;
    if (isByFinger()) return;
    if (bench.active) focus(bench.active);
    else {
      const choice = panel.current?.querySelector<HTMLElement>("[data-type-choice] select");
      (choice ?? panel.current)?.focus({ preventScroll: true });
    }
  }, []);

  const refusal = of.isOver ? t("reviews.over") : of.approvals.isMine ? t("reviews.you_approved") : null;
  const decide = (word: Word, reason = "") => {
    // Who has approved it may still reject it or send it back.
    if (of.isOver || (refusal && word === "approve")) return;
    void decision.run(word, reason);
  };
  const mayRefuse = !of.isSample && !of.isOver;
  const isWarned = bench.left.every((each) => warnedOf.includes(each.name));
  /** The first press shows what nobody checked, the second approves all the same. */
  const approveChecked = (show: (name: string) => void) => {
    const [unchecked] = bench.left;
    if (refusal || decision.isRunning) return;
    if (!unchecked || isWarned) return decide("approve");
    warnOf(bench.left.map((each) => each.name));
    show(unchecked.name);
  };
  const approveOrFocus = () => approveChecked(isByFinger() ? pointAt : focus);
  const needsOverride = decision.problem?.code === "override_required";
  useEffect(() => {
    if (needsOverride) ask("approve");
  }, [needsOverride]);
  useKeys(t("reviews.keys"), [
    { keys: "Enter", label: t("reviews.key_confirm"), isTold: true, run: () => undefined },
    { keys: "Escape", label: t("reviews.key_leave"), isTold: true, run: () => undefined },
    { keys: "j", label: t("reviews.key_down"), run: () => step(1) },
    { keys: "k", label: t("reviews.key_up"), run: () => step(-1) },
    { keys: "mod+Enter", label: t("reviews.approve"), inFields: true, run: pressed(approveOrFocus) },
    // In a field the second press would be typed.
    { keys: "a", label: t("reviews.approve"), run: pressed(() => approveChecked(pointAt)) },
    { keys: "r", label: t("reviews.reject"), run: () => mayRefuse && ask("reject") },
    { keys: "b", label: t("reviews.send_back"), run: () => mayRefuse && ask("send_back") },
    { keys: "n", label: t("reviews.next_one"), run: () => next?.() },
    { keys: "p", label: t("reviews.previous_one"), run: () => previous?.() },
    { keys: "u", label: t("reviews.back"), run: () => route("/reviews") },
  ]);

  const pages = useMemo(
    () =>
      pagesOf(of.documents, (name, page) =>
        of.documents.length > 1 ? t("viewer.page_of", { name, page }) : t("viewer.page", { page }),
      ),
    [of.documents],
  );
  const boxes = useMemo(() => boxesOf(of, bench.draft), [of, bench.draft]);
  const drawn = async ({ page, box }: Drawn) => {
    const field = of.fields.find((each) => each.name === bench.active);
    const [documentId = "", number = "1"] = page.split("/");
    if (!field) return toast(t("reviews.draw_needs_field"));
    try {
      const found = await bench.drawInto(field, documentId, Number(number), box);
      speak(found ? t("reviews.read_anew", { name: fieldName(field.name) }) : t("reviews.read_nothing"));
      if (!found) toast(t("reviews.read_nothing"), { isBad: true });
      focus(field.name);
    } catch {
      toast(t("reviews.read_failed"), { isBad: true });
    }
  };
  const changed =
    Object.keys(corrections(bench.draft, of)).length + Object.keys(changedTables(bench.draft, of)).length;

  return (
    <div class="flex h-dvh flex-col max-md:h-auto max-md:min-h-dvh">
      <CaseHeader of={of} position={position} total={total} previous={previous} next={next} />
      <div class="flex min-h-0 flex-1 max-md:flex-col">
        <div class="min-w-0 flex-1 max-md:h-[44dvh] max-md:flex-none max-md:border-line max-md:border-b">
          <Viewer
            pages={pages}
            boxes={pointed.box ? [...boxes, pointed.box] : boxes}
            active={bench.active ?? pointed.box?.id ?? null}
            wanted={pointed.wanted}
            onBox={(name) => focus(name === "·pointed" ? bench.active : name)}
            onDrawn={drawn}
          />
        </div>
        <div class="flex w-full shrink-0 flex-col border-line border-l bg-canvas max-md:border-l-0 max-md:pb-14 md:w-[26rem] xl:w-[28rem]">
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the place to which Escape goes, where single keys are commands */}
          <div
            ref={panel}
            data-panel
            tabIndex={-1}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.target !== panel.current || event.ctrlKey || event.metaKey)
                return;
              event.preventDefault();
              event.stopPropagation();
              focus(bench.active ?? bench.order[0]?.name ?? null);
            }}
            class="relative flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-2 py-3 outline-none md:px-3"
          >
            <Standing
              of={of}
              newer={saving.isSaving ? null : newer}
              draft={bench.draft}
              problem={decision.problem ?? saving.conflict}
              isMine={held.isMine}
              mayTakeOver={may("admin")}
              takeOver={() => claim(of.processId, true).then(reread)}
              take={() => {
                decision.forget();
                saving.forget();
                reread();
                take();
              }}
              forget={() => bench.change(NOTHING)}
            />
            <Split of={of} done={cut} />
            <TypeChoice of={of} readAs={(typeId) => void decision.run("send_back", "", typeId)} />
            <Why of={of} show={show} />
            <Fraud of={of} show={show} />
            <FieldList
              bench={bench}
              focus={focus}
              leave={leave}
              isSample={of.isSample}
              refused={saving.refused}
            />
            {of.tables.map((table) => (
              <LineItems key={table.name} of={of} table={table} bench={bench} leave={leave} />
            ))}
            <WeakSignals of={of} />
            <Notes of={of} />
          </div>
          <KeyHint />
          <DecisionBar
            approve={approve}
            left={bench.left.length}
            isWarned={isWarned}
            isEmpty={bench.order.length === 0}
            changed={changed}
            isBusy={decision.isRunning}
            isSample={of.isSample}
            isOver={of.isOver}
            isSecond={of.approvals.given > 0}
            refusal={refusal}
            press={approveOrFocus}
            ask={ask}
          />
        </div>
      </div>
      <p role="status" class="sr-only">
        {spoken || tn("reviews.left", bench.left.length)}
      </p>
      {asking && (
        <ReasonDialog
          word={asking}
          needsReason={asking !== "send_back"}
          close={() => ask(null)}
          decide={(reason) => decide(asking, reason)}
        />
      )}
    </div>
  );
}

/** A key that is held down is no second press: what is left would be approved unseen. */
function pressed(act: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (!event.repeat) act();
  };
}

/** A focused field would only call the screen's keyboard up; who has no pointer at all works by keys. */
function isByFinger(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
