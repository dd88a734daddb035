import { Copy, Download } from "lucide";
import { t } from "../../../lib/i18n";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { toast } from "../../../ui/toasts";

/** Shown once; the server keeps hashes alone. */
export function RecoveryCodes({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const text = codes.join("\n");
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
    link.download = "docflow-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Dialog
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
