import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../lib/i18n";
import { Button } from "./button";
import { Card } from "./page";
import { type Asked, Empty, Shown } from "./states";
import { type Column, Table } from "./table";

interface Rows<T> extends Asked {
  rows: T[];
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
}

/** A list of the server's in a card: its four states, its rows and "show more". */
export function Listed<T>({
  title,
  label,
  actions,
  of,
  columns,
  keyOf,
  href,
  icon,
  empty,
  hint,
}: {
  title?: string;
  /** What the table is called where it has no title. */
  label?: string;
  actions?: ComponentChildren;
  of: Rows<T>;
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  href?: (row: T) => string;
  icon: IconNode;
  empty: string;
  hint?: string;
}) {
  return (
    <Card {...(title ? { title } : {})} actions={actions}>
      <Shown
        of={of}
        rows={3}
        isEmpty={of.rows.length === 0}
        empty={
          <Empty icon={icon} title={empty}>
            {hint}
          </Empty>
        }
      >
        <Table
          label={title ?? label ?? ""}
          columns={columns}
          rows={of.rows}
          keyOf={keyOf}
          {...(href ? { href } : {})}
        />
        {of.hasNextPage && (
          <div class="flex justify-center p-3">
            <Button isBusy={of.isFetchingNextPage ?? false} onClick={() => void of.fetchNextPage?.()}>
              {t("common.more")}
            </Button>
          </div>
        )}
      </Shown>
    </Card>
  );
}
