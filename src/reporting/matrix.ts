import { confusionMatrix } from "../report.js";
import { percent } from "./digits.js";
import type { Judgement } from "./evaluation.js";
import { html, type Markup } from "./html.js";
import { type Cell, table } from "./table.js";

/** A wider matrix is no picture any more. */
const MOST_COLUMNS = 40;

/** A cell that is darker the larger its share of the row: its square root, so that rare mistakes are seen. */
function shade(count: number, total: number, isRight: boolean): Markup {
  const share = total > 0 ? count / total : 0;
  const level = Math.ceil(10 * Math.sqrt(share));
  const name = `share-${level} ${isRight ? "right" : "wrong"}`;
  return html`<td class="${name}" title="${percent(share)} of the row">${count}</td>`;
}

function mistakes(matrix: readonly (readonly number[])[], labels: readonly string[]): Markup {
  const pairs = matrix.flatMap((row, i) => row.map((count, j) => ({ i, j, count })));
  const rows = pairs
    .filter(({ i, j, count }) => i !== j && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_COLUMNS)
    .map(({ i, j, count }): Cell[] => [labels[i]!, labels[j]!, count]);
  return table("The most frequent mistakes", ["is", "was taken for", "rows"], rows, {
    sortable: true,
  });
}

/** The confusion matrix, coloured; of very many classes the most frequent mistakes alone. */
export function matrixTable({ labels, actual, predicted }: Judgement): Markup {
  const { matrix } = confusionMatrix(actual, predicted, { labels: [...labels] });
  if (labels.length > MOST_COLUMNS) return mistakes(matrix, labels);
  const rows = matrix.map((row, i) => {
    const total = row.reduce((a, b) => a + b, 0);
    return html`<tr>
      <th scope="row">${labels[i]}</th>
      ${row.map((count, j) => shade(count, total, i === j))}
    </tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
      <table class="matrix">
        <caption>
          Confusion matrix
        </caption>
        <thead>
          <tr>
            <td></td>
            ${labels.map((label) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="aside">
      Rows: what is so; columns: what was predicted. The stronger the colour, the larger the share
      of the row.
    </p>`;
}
