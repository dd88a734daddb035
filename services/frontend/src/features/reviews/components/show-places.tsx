import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import type { Place } from "../case";

/** Shows where something stands; where it stands in several places, each press shows the next. */
export function ShowPlaces({ places, show }: { places: readonly Place[]; show: (place: Place) => void }) {
  const [at, setAt] = useState(0);
  const place = places[at % places.length];
  if (!place) return null;
  const values = { page: place.page, at: (at % places.length) + 1, of: places.length };
  return (
    <button
      type="button"
      class="min-h-6 font-medium text-accent underline-offset-4 hover:underline"
      onClick={() => {
        show(place);
        setAt(at + 1);
      }}
    >
      {t(places.length > 1 ? "reviews.look_at_each" : "reviews.look_at", values)}
    </button>
  );
}
