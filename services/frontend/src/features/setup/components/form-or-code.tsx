import { Braces, ListChecks } from "lucide";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { Button } from "../../../ui/button";
import { CodeEditor } from "../../../ui/code-editor";

/** The same JSON as a form and as code. What the form does not show, it leaves as it is. */
export function FormOrCode({
  label,
  text,
  onText,
  readOnly,
  form,
  wrong,
}: {
  label: string;
  text: string;
  onText: (text: string) => void;
  readOnly: boolean;
  /** null where the text is no JSON that a form can show. */
  form: ComponentChildren | null;
  /** What is wrong with the text, beside its being no JSON. */
  wrong?: string | undefined;
}) {
  const [wantsCode, setCode] = useState(false);
  const isCode = wantsCode || form === null;
  return (
    <div class="flex flex-col gap-3">
      <div class="flex justify-end">
        <Button
          small
          icon={isCode ? ListChecks : Braces}
          disabled={form === null}
          onClick={() => setCode(!wantsCode)}
        >
          {t(isCode ? "setup.as_form" : "setup.as_code")}
        </Button>
      </div>
      {isCode ? (
        <CodeEditor json label={label} value={text} onText={onText} readOnly={readOnly} wrong={wrong} />
      ) : (
        form
      )}
    </div>
  );
}
