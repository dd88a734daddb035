import { Shapes } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { typeName, useTypes } from "../../../lib/process-types";
import { Button } from "../../../ui/button";
import { Select } from "../../../ui/field";
import type { Case } from "../case";
import { Notice } from "./notice";

const ABOUT_TYPE = new Set(["type_uncertain", "type_mismatch"]);

/** What kind of document it is, where that is in doubt: it is read as the type that the reviewer gives it. */
export function TypeChoice({ of, readAs }: { of: Case; readAs: (typeId: string) => void }) {
  const isAsked = of.reasons.some((each) => ABOUT_TYPE.has(each.code));
  const types = useTypes(isAsked);
  const [chosen, choose] = useState("");
  if (!isAsked) return null;
  const options = (types.data?.data ?? []).map((each) => ({
    value: each.process_type_id,
    label: typeName(each),
  }));
  return (
    <Notice
      icon={Shapes}
      tone="doubt"
      title={t("reviews.which_type")}
      actions={
        <div data-type-choice class="flex w-full items-center gap-2">
          <div class="min-w-0 flex-1">
            <Select
              bare
              label={t("reviews.type_title")}
              value={chosen}
              onPick={choose}
              options={[{ value: "", label: t("reviews.choose_type") }, ...options]}
            />
          </div>
          <Button disabled={!chosen} onClick={() => readAs(chosen)}>
            {t("reviews.read_as")}
          </Button>
        </div>
      }
    >
      {t("reviews.which_type_lead")}
    </Notice>
  );
}
