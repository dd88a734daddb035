import { ArrowRight, BadgeCheck, Columns2, ExternalLink, ShieldAlert } from "lucide";
import { useState } from "preact/hooks";
import { pageKey, pageSrc } from "../../../lib/document-pages";
import { flagText } from "../../../lib/findings";
import { day } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { shownValue } from "../../../lib/kinds";
import { fieldName } from "../../../lib/names";
import { said } from "../../../lib/said";
import { Button } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Picture } from "../../../ui/viewer/picture";
import type { Case, Flag, Place } from "../case";
import { type Account, accountsOf, changesOf, factsOf, placesOf, twinOf } from "../evidence";
import { Compare } from "./compare";
import { ShowPlaces } from "./show-places";

type Show = (place: Place, documentId: string) => void;

/** What holds a process is shown in full from here on; where nothing does, only what would. */
function isStrong(of: Case, flag: Flag): boolean {
  const isHeld = of.reasons.some((each) => each.code === "fraud_detected");
  return flag.score >= (isHeld ? 0.3 : 0.5);
}

/** What is unusual about the document, the strongest first, each with its evidence and what to do. */
export function Fraud({ of, show }: { of: Case; show: Show }) {
  const strong = of.flags.filter((each) => isStrong(of, each));
  if (strong.length === 0) return null;
  return (
    <section aria-labelledby="fraud-title" class="flex flex-col gap-2">
      <h2 id="fraud-title" class="flex items-center gap-2 px-3 font-semibold text-bad text-sm">
        <Icon of={ShieldAlert} />
        {t("reviews.fraud")}
      </h2>
      {strong.map((flag) => (
        <OneFlag key={flag.documentId + flag.code} flag={flag} show={show} />
      ))}
    </section>
  );
}

/** What is worth knowing and holds nothing up. */
export function WeakSignals({ of }: { of: Case }) {
  const weak = of.flags.filter((each) => !isStrong(of, each));
  if (weak.length === 0) return null;
  return (
    <details>
      <summary class="rounded-lg px-3 py-1.5 text-ink-soft text-sm hover:bg-sunken">
        {t("reviews.weak_signals", { count: weak.length })}
      </summary>
      <ul class="flex list-disc flex-col gap-1 pt-1 pr-3 pb-2 pl-8 text-ink-soft text-xs">
        {weak.map((flag) => (
          <li key={flag.documentId + flag.code}>{flagText(flag)}</li>
        ))}
      </ul>
    </details>
  );
}

function OneFlag({ flag, show }: { flag: Flag; show: Show }) {
  const accounts = accountsOf(flag);
  const twin = twinOf(flag);
  const advice = flagAdvice(flag);
  return (
    <article class="overflow-hidden rounded-lg border border-bad/30 bg-surface text-sm shadow-card">
      <div class="bg-bad-wash px-3 py-2">
        <p class="font-medium">{flagText(flag)}</p>
        {advice && <p class="mt-0.5 text-ink-soft text-xs leading-5">{advice}</p>}
      </div>
      <div class="flex flex-col gap-3 p-3 empty:hidden">
        {twin && <SideBySide flag={flag} twin={twin} />}
        {accounts && <Accounts {...accounts} />}
        <Changes flag={flag} show={show} />
        <Facts flag={flag} />
        <Places flag={flag} show={show} />
      </div>
    </article>
  );
}

/** This document and the earlier one, picture beside picture. */
function SideBySide({ flag, twin }: { flag: Flag; twin: { processId: string; documentId: string } }) {
  const [isLarge, enlarge] = useState(false);
  return (
    <div class="grid grid-cols-2 gap-3">
      {isLarge && <Compare own={flag.documentId} twin={twin.documentId} close={() => enlarge(false)} />}
      <figure>
        <figcaption class="mb-1 text-ink-faint text-xs">{t("reviews.this_one")}</figcaption>
        <Sheet documentId={flag.documentId} label={t("reviews.this_one")} />
      </figure>
      <figure>
        <figcaption class="mb-1 flex items-center justify-between text-ink-faint text-xs">
          {t("reviews.earlier_one")}
          <a
            href={`/processes/${twin.processId}`}
            target="_blank"
            rel="noreferrer"
            class="inline-flex items-center gap-1 font-medium text-accent underline-offset-4 hover:underline"
          >
            {t("reviews.open")}
            <Icon of={ExternalLink} size={12} label={t("reviews.new_tab")} />
          </a>
        </figcaption>
        <Sheet documentId={twin.documentId} label={t("reviews.earlier_one")} />
      </figure>
      <Button small icon={Columns2} class="col-span-2" onClick={() => enlarge(true)}>
        {t("reviews.compare_large")}
      </Button>
    </div>
  );
}

function Sheet({ documentId, label }: { documentId: string; label: string }) {
  return (
    <span class="relative block aspect-[1/0.9] overflow-hidden rounded-md border border-line bg-paper">
      <span class="absolute inset-x-0 top-0 block aspect-[1/1.414]">
        <Picture page={{ key: pageKey(documentId, 1), src: pageSrc(documentId, 1), label }} />
      </span>
    </span>
  );
}

/** Old and new bank details under each other, so that digits can be compared. */
function Accounts({ asked, known }: { asked: string[]; known: Account[] }) {
  return (
    <dl class="flex flex-col gap-2 text-xs">
      <div>
        <dt class="text-ink-faint">{t("reviews.account_new")}</dt>
        {asked.map((each) => (
          <dd key={each} class="break-all font-mono text-bad text-sm">
            {shownValue("iban", each)}
          </dd>
        ))}
      </div>
      <div>
        <dt class="text-ink-faint">{t("reviews.account_known")}</dt>
        {known.map((each) => (
          <dd key={each.number} class="break-all font-mono text-sm">
            {shownValue("iban", each.number)}
            <span class="block font-sans text-2xs text-ink-faint">
              {each.isVerified && (
                <span class="mr-2 inline-flex items-center gap-1 text-good">
                  <Icon of={BadgeCheck} size={12} />
                  {t("reviews.verified")}
                </span>
              )}
              {each.firstSeen &&
                t("reviews.seen", { from: day(each.firstSeen), to: day(each.lastSeen ?? each.firstSeen) })}
            </span>
          </dd>
        ))}
      </div>
    </dl>
  );
}

/** What a later revision of the file changed. */
function Changes({ flag, show }: { flag: Flag; show: Show }) {
  const changes = changesOf(flag);
  if (changes.length === 0) return null;
  return (
    <ul class="flex flex-col gap-2">
      {changes.slice(0, 12).map((each) => (
        <li key={JSON.stringify(each)} class="flex flex-wrap items-center gap-2 text-sm">
          <del class="rounded bg-bad-wash px-1.5 py-0.5">{each.before || t("reviews.was_empty")}</del>
          <Icon of={ArrowRight} size={14} label={t("reviews.became")} class="text-ink-faint" />
          <ins class="rounded bg-good-wash px-1.5 py-0.5 no-underline">
            {each.after || t("reviews.was_removed")}
          </ins>
          {each.place && <ShowPlaces places={[each.place]} show={(place) => show(place, flag.documentId)} />}
        </li>
      ))}
    </ul>
  );
}

function Facts({ flag }: { flag: Flag }) {
  const facts = factsOf(flag);
  if (facts.length === 0) return null;
  return (
    <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
      {facts.map((each) => (
        <div key={each.name} class="contents">
          <dt class="text-ink-faint">{factName(each.name)}</dt>
          <dd class="min-w-0 break-words">{each.value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factName(name: string): string {
  const told = tword("reviews.fact", name);
  return told === name.replaceAll("_", " ") ? fieldName(name) : told;
}

function Places({ flag, show }: { flag: Flag; show: Show }) {
  const places = placesOf(flag);
  if (places.length === 0) return null;
  return (
    <p class="text-xs">
      <ShowPlaces places={places} show={(place) => show(place, flag.documentId)} />
    </p>
  );
}

/** What to do about a flag; "" where nothing special is. */
function flagAdvice(flag: Flag): string {
  return said("reviews.advice", flag.code) ?? "";
}
