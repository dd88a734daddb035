import { Copy, Download } from "lucide";
import { saveAs } from "../../../lib/csv";
import { t } from "../../../lib/i18n";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { toast } from "../../../ui/toasts";

/** Shown once; the server keeps hashes alone. */
export function RecoveryCodes({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const text = codes.join("\n");
  const save = () => saveAs("docflow-recovery-codes.txt", `${text}\n`, "text/plain");
  return (
    <Dialog
      stays
      title={t("profile.codes")}
      close={close}
      footer={
        <>
          <Button
            icon={Copy}
            onClick={() => void navigator.clipboard.writeText(text).then(() => toast(t("profile.copied")))}
          >
            {t("profile.copy")}
          </Button>
          <Button icon={Download} onClick={save}>
            {t("profile.download")}
          </Button>
          <Button look="primary" onClick={close}>
            {t("profile.kept")}
          </Button>
        </>
      }
    >
      <p class="text-ink-soft text-sm">{t("profile.codes_hint")}</p>
      <ul
        class="mt-3 grid grid-cols-2 gap-2 rounded-lg bg-sunken p-4 text-center font-mono text-sm"
        data-of="codes"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Dialog>
  );
}
