import type { ComponentChildren } from "preact";

export interface Column<T> {
  title: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand right; a class for width or for hiding on small screens. */
  right?: boolean;
  class?: string;
}

/** Rows as a real table. A row that leads somewhere is opened by its first cell's link; the whole row is its target. */
export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
  href,
  chosen,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  href?: (row: T) => string;
  /** The key of the row that the keyboard stands on. */
  chosen?: string | null;
}) {
  return (
    <div class="overflow-x-auto">
      <table class="w-full text-left text-sm" aria-label={label}>
        <thead>
          <tr class="border-line border-b">
            {columns.map((column) => (
              <th
                key={column.title}
                scope="col"
                class={`whitespace-nowrap px-4 py-2 font-medium text-ink-faint text-xs ${column.right ? "text-right" : ""} ${column.class ?? ""}`}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = keyOf(row);
            return (
              <tr
                key={key}
                data-row={key}
                aria-selected={chosen === undefined ? undefined : chosen === key}
                class="row-lazy relative border-line border-b last:border-0 hover:bg-sunken aria-selected:bg-accent-wash"
              >
                {columns.map((column, place) => (
                  <td
                    key={column.title}
                    class={`h-11 px-4 py-2 align-middle ${column.right ? "numbers text-right" : ""} ${column.class ?? ""}`}
                  >
                    {href && place === 0 ? (
                      <a href={href(row)} class="font-medium after:absolute after:inset-0 hover:text-accent">
                        {column.cell(row)}
                      </a>
                    ) : (
                      column.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
