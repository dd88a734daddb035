import { CircleCheck } from "lucide";
import { t, tn } from "../../../lib/i18n";
import { Icon } from "../../../ui/icon";
import type { Bench } from "../bench";
import type { Field } from "../case";
import { valueIn } from "../draft";
import { FieldRow } from "./field-row";

export interface FieldListProps {
  bench: Bench;
  focus: (name: string | null) => void;
  leave: () => void;
  isSample: boolean;
  /** What the server refuses of a value, by field. */
  refused: Readonly<Record<string, string>>;
}

/** Doubtful fields first, then what was read, then what was not found on the document. */
export function FieldList(props: FieldListProps) {
  const { bench } = props;
  const { doubtful, read, empty } = bench.groups;
  const isEmptyWanted = empty.some((each) => each.name === bench.active || bench.draft.edits[each.name]);
  return (
    <>
      {doubtful.length > 0 && (
        <section aria-labelledby="doubtful-title">
          <h2 id="doubtful-title" class="px-3 pb-1 font-semibold text-sm">
            {t("reviews.doubtful")}
          </h2>
          <Rows fields={doubtful} {...props} />
        </section>
      )}
      {doubtful.length === 0 && bench.order.length > 0 && !props.isSample && (
        <p class="flex items-center gap-2 px-3 text-good text-sm">
          <Icon of={CircleCheck} />
          {t("reviews.no_doubt")}
        </p>
      )}
      {read.length > 0 && (
        <section aria-labelledby="read-title">
          <h2 id="read-title" class="px-3 pb-1 font-semibold text-sm">
            {t(props.isSample ? "reviews.values" : "reviews.read")}
          </h2>
          <Rows fields={read} {...props} />
        </section>
      )}
      {empty.length > 0 && (
        <details open={isEmptyWanted} class="group/empty">
          <summary class="rounded-lg px-3 py-1.5 text-ink-soft text-sm hover:bg-sunken">
            {tn("reviews.empty_fields", empty.length)}
          </summary>
          <Rows fields={empty} {...props} />
        </details>
      )}
    </>
  );
}

function Rows({ fields, bench, focus, leave, refused }: FieldListProps & { fields: Field[] }) {
  const step = (field: Field, by: 1 | -1) => {
    const at = bench.order.findIndex((each) => each.name === field.name);
    focus(bench.order[at + by]?.name ?? field.name);
  };
  const back = (field: Field) => {
    const at = bench.doubtful.findIndex((each) => each.name === field.name);
    focus(bench.doubtful[Math.max(0, at - 1)]?.name ?? field.name);
  };
  return (
    <ul class="flex flex-col">
      {fields.map((field) => (
        <FieldRow
          key={field.name}
          field={field}
          value={valueIn(bench.draft, field)}
          isDoubtful={bench.groups.doubtful.includes(field)}
          refused={refused[field.name]}
          isActive={bench.active === field.name}
          isConfirmed={bench.draft.confirmed.includes(field.name)}
          onLook={() => bench.look(field.name)}
          onType={bench.type}
          onSettle={bench.settle}
          onConfirm={() => focus(bench.confirm(field))}
          onBack={back}
          onLeave={leave}
          onStep={step}
        />
      ))}
    </ul>
  );
}
