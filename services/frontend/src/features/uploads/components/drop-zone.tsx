import { FileUp } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../../../lib/i18n";
import { useKeys } from "../../../lib/keys";
import { Icon } from "../../../ui/icon";
import { choice } from "../choice";
import { filesOf, wanted } from "../dropped";
import { handIn, isSending } from "../queue";

/** The whole window takes files, on every page: dropped, or pasted. The page of uploads shows what becomes of them. */
export function DropZone() {
  const { route } = useLocation();
  const [isOver, setOver] = useState(false);
  useKeys(t("uploads.title"), [{ keys: "u", label: t("uploads.keys.open"), run: () => route("/upload") }]);
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (hasFiles(event) && --depth <= 0) setOver(false);
    };
    const over = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const take = (files: readonly File[]) => {
      if (files.length === 0) return;
      handIn(files, choice.peek());
      route("/upload");
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void filesOf(event.dataTransfer).then(take);
    };
    const paste = (event: ClipboardEvent) => {
      const files = wanted([...(event.clipboardData?.files ?? [])]);
      if (files.length === 0) return;
      event.preventDefault();
      take(files.map(named));
    };
    const leaving = (event: BeforeUnloadEvent) => isSending.peek() && event.preventDefault();
    const heard = { dragenter: enter, dragleave: leave, dragover: over, drop, paste, beforeunload: leaving };
    for (const [name, act] of Object.entries(heard)) addEventListener(name, act as EventListener);
    return () => {
      for (const [name, act] of Object.entries(heard)) removeEventListener(name, act as EventListener);
    };
  }, [route]);
  if (!isOver) return null;
  return (
    <div class="pointer-events-none fixed inset-0 z-50 p-4" aria-hidden="true">
      <div class="flex size-full flex-col items-center justify-center gap-3 rounded-2xl border-2 border-accent border-dashed bg-accent-wash/95 text-accent">
        <Icon of={FileUp} size={40} />
        <p class="font-semibold text-lg">{t("uploads.drop_here")}</p>
      </div>
    </div>
  );
}

/** A picture from the clipboard is called image.png, like the one before. */
function named(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const at = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return new File([file], `${t("uploads.pasted")} ${at}.${file.name.split(".").at(-1)}`, { type: file.type });
}
