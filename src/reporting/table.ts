import { digits, fixed } from "./digits.js";
import { html, type Markup } from "./html.js";

/** Text; a number, shown by its main digits; or a value to sort by and what to show. */
export type Cell =
  string | number | { readonly value: number | string; readonly shown: string | Markup };

/** A score, so that a column of them lines up. */
export const metric = (value: number): Cell => ({ value, shown: fixed(value) });

/** Text that may be long: two lines of it are shown. */
export const longCell = (text: string): Cell => ({
  value: text,
  shown: html`<span class="long" title="${text}">${text}</span>`,
});

export interface TableOptions {
  /** Whether the heads of columns are buttons that sort. */
  readonly sortable?: boolean;
  /** Rows that stay below, whatever is sorted. */
  readonly foot?: readonly (readonly Cell[])[];
}

/** Cells carry their full value, by which the page's script sorts. */
function cell(content: Cell, kind: string, isFirst: boolean): Markup {
  const { value, shown } =
    typeof content === "object"
      ? content
      : { value: content, shown: typeof content === "number" ? digits(content) : content };
  if (isFirst) return html`<th scope="row" data-value="${value}">${shown}</th>`;
  return html`<td class="${kind}" data-value="${value}">${shown}</td>`;
}

const isNumber = (content: Cell | undefined) =>
  typeof (typeof content === "object" ? content.value : content) === "number";

/** A table whose first column names the rows; it scrolls by itself where it is wider than the page. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { sortable = false, foot = [] }: TableOptions = {},
): Markup {
  const kinds = head.map((_, i) =>
    i > 0 && rows.some((row) => isNumber(row[i])) ? "number" : "text",
  );
  const heads = head.map((name, i) => {
    const label = sortable ? html`<button type="button">${name}</button>` : name;
    return html`<th scope="col" class="${kinds[i]}">${label}</th>`;
  });
  const lines = (list: typeof rows) =>
    list.map(
      (row) =>
        html`<tr>
          ${row.map((content, i) => cell(content, kinds[i]!, i === 0))}
        </tr>`,
    );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table class="${sortable ? "sortable" : "plain"}">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${lines(rows)}
      </tbody>
      ${
        foot.length > 0
          ? html`<tfoot>
              ${lines(foot)}
            </tfoot>`
          : ""
      }
    </table>
  </div>`;
}
