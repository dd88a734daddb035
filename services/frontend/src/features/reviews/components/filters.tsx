import { reasonText } from "../../../lib/findings";
import { t } from "../../../lib/i18n";
import { useTypeName } from "../../../lib/process-types";
import { Select } from "../../../ui/field";
import type { QueueFilter, Review } from "../api";

/** Narrows the queue by why something waits, what it is, and whose it is. */
export function Filters({
  rows,
  filter,
  change,
}: {
  rows: readonly Review[];
  filter: QueueFilter;
  change: (filter: QueueFilter) => void;
}) {
  const typeName = useTypeName();
  const codes = [
    ...new Set([
      ...rows.flatMap((row) => row.reasons.map((each) => each.code)),
      ...(filter.reason ? [filter.reason] : []),
    ]),
  ];
  const types = [
    ...new Set([
      ...rows.flatMap((row) => row.process.process_type_id ?? []),
      ...(filter.process_type_id ? [filter.process_type_id] : []),
    ]),
  ];
  const pick = (name: keyof QueueFilter) => (value: string) => {
    const { [name]: _, ...rest } = filter;
    change(value ? { ...rest, [name]: value } : rest);
  };
  return (
    <div class="grid gap-2 max-sm:grid-cols-2 max-sm:*:first:col-span-2 sm:flex">
      <Select
        bare
        label={t("reviews.why")}
        value={filter.reason ?? ""}
        onPick={pick("reason")}
        options={[
          { value: "", label: t("reviews.any_reason") },
          ...codes.map((code) => ({ value: code, label: reasonText({ code }) })),
        ]}
      />
      <Select
        bare
        label={t("reviews.type_title")}
        value={filter.process_type_id ?? ""}
        onPick={pick("process_type_id")}
        options={[
          { value: "", label: t("reviews.any_type") },
          ...types.map((type) => ({ value: type, label: typeName(type) })),
        ]}
      />
      <Select
        bare
        label={t("reviews.who")}
        value={filter.sample ? "sample" : (filter.assignee ?? "")}
        onPick={(value) => {
          const { assignee: _, sample: __, ...rest } = filter;
          change(
            value === "sample" ? { ...rest, sample: "true" } : value ? { ...rest, assignee: value } : rest,
          );
        }}
        options={[
          { value: "", label: t("reviews.everybody") },
          { value: "me", label: t("reviews.mine") },
          { value: "sample", label: t("reviews.samples") },
        ]}
      />
    </div>
  );
}
