import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useWindow } from "./window";

export interface Column<T> {
  title: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand right; a class for width or for hiding on small screens. */
  right?: boolean;
  class?: string;
}

/** Rows that can be marked for one act on all of them. */
export interface Marking {
  label: (key: string) => string;
  marked: ReadonlySet<string>;
  mark: (key: string, isMarked: boolean) => void;
}

interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  href?: (row: T) => string;
  /** The key of the row that the keyboard stands on. */
  chosen?: string | null;
  marking?: Marking;
}

/** 44 px, as `h-11` says below; on a phone two lines fit into it. */
const ROW_PX = 44;
/** From here on only the rows in sight are drawn. */
const MANY = 200;

/** Rows as a real table. A row that leads somewhere is opened by its first cell's link; the whole row is its target. */
export function Table<T>(props: TableProps<T>) {
  const { label, columns, rows, keyOf, chosen, marking } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const span = useWindow(body, rows.length, ROW_PX);
  const isMany = rows.length > MANY;
  const { from, to } = isMany ? span : { from: 0, to: rows.length };
  useShown(body, isMany ? rows.findIndex((row) => keyOf(row) === chosen) : -1, chosen);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its window is moved by the keyboard too
    <section class="overflow-x-auto" tabIndex={0} aria-label={label}>
      <table
        class="w-full text-left text-sm"
        aria-label={label}
        aria-rowcount={isMany ? rows.length + 1 : undefined}
      >
        <thead>
          <tr class="border-line border-b">
            {marking && <td class="w-9" />}
            {columns.map((column) => (
              <th
                key={column.title}
                scope="col"
                class={`whitespace-nowrap px-3 py-2 font-medium text-ink-faint! text-xs md:px-4 ${column.right ? "text-right" : ""} ${column.class ?? ""}`}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {from > 0 && <Gap rows={from} />}
          {rows.slice(from, to).map((row, place) => (
            <Row key={keyOf(row)} {...props} row={row} {...(isMany ? { index: from + place + 2 } : {})} />
          ))}
          {to < rows.length && <Gap rows={rows.length - to} />}
        </tbody>
      </table>
    </section>
  );
}

/** The room of rows that are out of sight. */
function Gap({ rows }: { rows: number }) {
  return (
    <tr style={{ height: rows * ROW_PX }}>
      <td />
    </tr>
  );
}

function Row<T>({
  columns,
  keyOf,
  href,
  chosen,
  marking,
  row,
  index,
}: TableProps<T> & { row: T; index?: number }) {
  const key = keyOf(row);
  return (
    <tr
      data-row={key}
      aria-rowindex={index}
      aria-selected={chosen === undefined ? undefined : chosen === key}
      class="relative border-line border-b last:border-0 hover:bg-sunken aria-selected:bg-accent-wash"
    >
      {marking && (
        <td class="relative z-10 w-9 pl-3 md:pl-4">
          <label class="-m-1 block w-max p-1">
            <input
              type="checkbox"
              aria-label={marking.label(key)}
              checked={marking.marked.has(key)}
              class="block size-4 accent-accent"
              onChange={(event) => marking.mark(key, event.currentTarget.checked)}
            />
          </label>
        </td>
      )}
      {columns.map((column, place) => (
        <td
          key={column.title}
          class={`h-11 px-3 py-1 align-middle md:px-4 md:py-2 ${column.right ? "numbers text-right" : ""} ${column.class ?? ""}`}
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
}

/** Keeps the row of the keyboard in sight, also where it is not drawn yet. */
function useShown(
  body: { current: HTMLElement | null },
  place: number,
  chosen: string | null | undefined,
): void {
  useEffect(() => {
    if (!chosen || !body.current) return;
    const drawn = body.current.querySelector(`[data-row="${CSS.escape(chosen)}"]`);
    if (drawn) drawn.scrollIntoView?.({ block: "nearest" });
    else if (place >= 0) {
      const top = body.current.getBoundingClientRect().top + scrollY + place * ROW_PX;
      scrollTo({ top: top - innerHeight / 2 });
    }
  }, [chosen]);
}
