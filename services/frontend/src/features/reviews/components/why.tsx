import { CircleAlert } from "lucide";
import { reasonText } from "../../../lib/findings";
import { t } from "../../../lib/i18n";
import { fieldName } from "../../../lib/names";
import type { Case, Place, Reason } from "../case";
import { Notice } from "./notice";
import { ShowPlaces } from "./show-places";

/** Told elsewhere: beside the flags of fraud, the cuts, and the choice of a type. */
const SHOWN_APART = new Set(["fraud_detected", "split_proposed", "type_uncertain"]);

/** Why it waits, as far as no single field is meant. */
export function Why({ of, show }: { of: Case; show: (place: Place) => void }) {
  const names = new Set(of.fields.map((each) => each.name));
  const reasons = of.reasons.filter(
    (each) => !SHOWN_APART.has(each.code) && !(each.field && names.has(each.field)),
  );
  if (reasons.length === 0) return null;
  return (
    <section aria-label={t("reviews.why")} class="flex flex-col gap-2">
      {reasons.map((reason) => (
        <OneReason key={reason.code + reason.field + reason.message} reason={reason} show={show} />
      ))}
    </section>
  );
}

function OneReason({ reason, show }: { reason: Reason; show: (place: Place) => void }) {
  const about = reason.field ? `${fieldName(reason.field)}: ` : "";
  return (
    <Notice icon={CircleAlert} tone="doubt" title={`${about}${reasonText(reason)}`}>
      {reason.places.length > 0 && <ShowPlaces places={reason.places} show={show} />}
    </Notice>
  );
}
