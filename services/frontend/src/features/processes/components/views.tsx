import { Bookmark, X } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { Button, IconButton } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { TextField } from "../../../ui/field";
import { ALL, addressOf, isAll, type ProcessFilter } from "../filter";
import { dropView, saveView, views } from "../views";

/** Filters under names. What is shown now can be kept as one more. */
export function Views({ filter }: { filter: ProcessFilter }) {
  const [isNaming, setNaming] = useState(false);
  const here = addressOf(filter);
  const isKept = isAll(filter) || views.value.some((view) => view.address === here);
  if (views.value.length === 0 && isKept) return null;
  return (
    <nav aria-label={t("processes.views")} class="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      <ViewLink name={t("processes.all")} address={addressOf(ALL)} here={here} />
      {views.value.map((view) => (
        <span key={view.name} class="group inline-flex items-center">
          <ViewLink {...view} here={here} />
          <IconButton
            icon={X}
            size={12}
            label={t("processes.drop_view", { name: view.name })}
            class="-mr-2 size-6! opacity-0 focus:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
            onClick={() => dropView(view.name)}
          />
        </span>
      ))}
      {!isKept && (
        <Button small look="quiet" icon={Bookmark} onClick={() => setNaming(true)}>
          {t("processes.save_view")}
        </Button>
      )}
      {isNaming && <NameView address={here} close={() => setNaming(false)} />}
    </nav>
  );
}

function ViewLink({ name, address, here }: { name: string; address: string; here: string }) {
  return (
    <a
      href={address}
      aria-current={address === here ? "page" : undefined}
      class="max-w-48 truncate rounded py-1 text-ink-soft hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-accent"
    >
      {name}
    </a>
  );
}

function NameView({ address, close }: { address: string; close: () => void }) {
  const [name, setName] = useState("");
  return (
    <Dialog title={t("processes.save_view")} close={close}>
      <form
        class="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          saveView({ name: name.trim(), address });
          close();
        }}
      >
        <div class="flex-1">
          <TextField
            label={t("processes.view_name")}
            required
            autofocus
            maxLength={60}
            value={name}
            onText={setName}
          />
        </div>
        <Button type="submit" look="primary" disabled={!name.trim()}>
          {t("common.save")}
        </Button>
      </form>
    </Dialog>
  );
}
