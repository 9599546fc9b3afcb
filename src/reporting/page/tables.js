/** A cell's value: the number that it stands for, or its text. */
function keyOf(row, column) {
  const { value } = row.cells[column].dataset;
  return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** Numbers before texts, so that what is missing comes last. */
function compare(a, b) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return typeof a === "number" ? a - b : a.localeCompare(b);
}

/** The heads of a table sort its rows: once upwards, again downwards. */
export function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const [body] = table.tBodies;
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
      rows.sort((a, b) => (typeof a.key === typeof b.key ? sign : 1) * compare(a.key, b.key));
      body.append(...rows.map(({ row }) => row));
    });
  });
}
