import { Camera, FilePlus2, FileUp, FolderPlus } from "lucide";
import { useRef } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { useKeys } from "../../../lib/keys";
import { typeName, useTypes } from "../../../lib/process-types";
import { Button } from "../../../ui/button";
import { Checkbox, Select } from "../../../ui/field";
import { Icon } from "../../../ui/icon";
import { Kbd } from "../../../ui/kbd";
import { Card, Page } from "../../../ui/page";
import { choice } from "../choice";
import { wanted } from "../dropped";
import { handIn, items } from "../queue";
import { UploadList } from "./upload-list";

/** Handing documents in: files, folders, the clipboard, a camera; and what becomes of each. */
export function UploadPage() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  useKeys(t("uploads.title"), [
    { keys: "o", label: t("uploads.choose"), run: () => files.current?.click() },
    { keys: "f", label: t("uploads.folder"), run: () => folder.current?.click() },
  ]);
  const take = (input: HTMLInputElement) => {
    handIn(wanted([...(input.files ?? [])]), choice.value);
    input.value = "";
  };
  return (
    <Page title={t("uploads.title")} lead={t("uploads.lead")}>
      <div class="flex flex-col items-center gap-3 rounded-2xl border-2 border-line border-dashed bg-surface px-4 py-8 text-center transition-colors hover:border-line-strong md:py-10">
        <span class="hidden size-12 items-center justify-center rounded-2xl bg-accent-wash text-accent md:flex">
          <Icon of={FileUp} size={24} />
        </span>
        <p class="hidden text-lg md:block">{t("uploads.drop")}</p>
        <div class="flex flex-wrap justify-center gap-2">
          <Button look="primary" icon={FilePlus2} keys="o" onClick={() => files.current?.click()}>
            {t("uploads.choose")}
          </Button>
          <span class="pointer-coarse:hidden">
            <Button icon={FolderPlus} keys="f" onClick={() => folder.current?.click()}>
              {t("uploads.folder")}
            </Button>
          </span>
          <span class="hidden pointer-coarse:inline">
            <Button icon={Camera} onClick={() => camera.current?.click()}>
              {t("uploads.camera")}
            </Button>
          </span>
        </div>
        <p class="flex items-center gap-1.5 text-ink-faint text-xs pointer-coarse:hidden">
          {t("uploads.paste")} <Kbd keys="mod+v" />
        </p>
        <p class="text-ink-faint text-xs">{t("uploads.kinds")}</p>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          data-of="files"
          onChange={(e) => take(e.currentTarget)}
        />
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          data-of="folder"
          {...{ webkitdirectory: true }}
          onChange={(e) => take(e.currentTarget)}
        />
        <input
          ref={camera}
          type="file"
          accept="image/*"
          capture="environment"
          hidden
          data-of="camera"
          onChange={(e) => take(e.currentTarget)}
        />
      </div>
      <Choices />
      {items.value.length > 0 && <UploadList />}
    </Page>
  );
}

function Choices() {
  const types = useTypes();
  const active = (types.data?.data ?? []).filter((each) => each.is_active);
  const { type, asOne } = choice.value;
  const hint =
    types.data && active.length === 0 ? "uploads.no_types" : type ? "uploads.type_hint" : "uploads.auto_hint";
  return (
    <Card>
      <div class="grid gap-4 p-4 sm:grid-cols-2">
        <Select
          label={t("uploads.type")}
          hint={t(hint)}
          value={type}
          options={[
            { value: "", label: t("uploads.auto") },
            ...active.map((each) => ({ value: each.process_type_id, label: typeName(each) })),
          ]}
          onPick={(picked) => {
            choice.value = { type: picked, asOne };
          }}
        />
        <div class="sm:pt-5">
          <Checkbox
            label={t("uploads.as_one")}
            hint={t("uploads.as_one_hint")}
            checked={asOne}
            onToggle={(checked) => {
              choice.value = { type, asOne: checked };
            }}
          />
        </div>
      </div>
    </Card>
  );
}
