import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { MoreRows, type Pages } from "./more-rows";
import { Card } from "./page";
import { type Asked, Empty, Shown } from "./states";
import { type Column, Table } from "./table";

interface Rows<T> extends Asked, Pages {
  rows: T[];
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
        <MoreRows of={of} />
      </Shown>
    </Card>
  );
}
