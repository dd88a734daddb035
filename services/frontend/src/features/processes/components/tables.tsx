import { isNumeric, kindByName, readValue } from "../../../lib/kinds";
import { fieldName } from "../../../lib/names";
import type { ReadField, TableRow } from "../api";

interface TablesProps {
  tables: Record<string, TableRow[]>;
  chosen: string | null;
  show: (name: string, field: ReadField) => void;
}

/** Line items and the like. */
export function Tables({ tables, chosen, show }: TablesProps) {
  return (
    <>
      {Object.entries(tables)
        .filter(([, rows]) => rows.length > 0)
        .map(([name, rows]) => (
          <section key={name} class="border-line border-t">
            <h3 class="px-4 pt-3 pb-1 font-medium text-sm">{fieldName(name)}</h3>
            <Grid name={name} rows={rows} chosen={chosen} show={show} />
          </section>
        ))}
    </>
  );
}

function Grid({
  name,
  rows,
  chosen,
  show,
}: Omit<TablesProps, "tables"> & { name: string; rows: TableRow[] }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort(words);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="overflow-x-auto pb-2" tabIndex={0} aria-label={fieldName(name)}>
      <table class="w-full text-left text-xs">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                class={`whitespace-nowrap px-4 py-1.5 font-medium text-ink-faint ${side(column)}`}
              >
                {fieldName(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at} class="border-line border-t">
              {columns.map((column) => {
                const field = row[column];
                const place = `${name}.${at}.${column}`;
                return (
                  <td
                    key={column}
                    class={`px-4 py-1.5 align-top ${side(column)} ${chosen === place ? "bg-accent-wash" : ""}`}
                  >
                    {field?.page && field.value !== null ? (
                      <button
                        type="button"
                        class="text-[length:inherit] [text-align:inherit] hover:text-accent"
                        onClick={() => show(place, field)}
                      >
                        {shown(column, field)}
                      </button>
                    ) : (
                      <span>{shown(column, field)}</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const side = (column: string) => (isNumeric(kindByName(column)) ? "numbers text-right" : "");

function shown(column: string, field: ReadField | undefined): string {
  return field?.value == null ? "–" : readValue(kindByName(column), String(field.value));
}

/** What names a line stands before its figures. */
function words(one: string, other: string): number {
  const rank = (name: string) =>
    /description|name|item|text/.test(name) ? 0 : /total|amount/.test(name) ? 2 : 1;
  return rank(one) - rank(other);
}
