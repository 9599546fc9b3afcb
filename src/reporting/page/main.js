/** The script of a report's page: draws charts, sorts tables, changes between light and dark. */
import "./locale.js";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { chart } from "./charts.js";
import { sortable } from "./tables.js";

const root = document.documentElement;
const button = document.querySelector("#theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

const draws = [...document.querySelectorAll(".chart")].map(chart);
document.querySelectorAll(".sortable").forEach(sortable);

function show(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", `Change to ${isDark() ? "light" : "dark"} colours`);
  for (const draw of draws) draw();
}

button.hidden = false;
button.addEventListener("click", () => show(isDark() ? "light" : "dark"));
system.addEventListener("change", () => show(root.dataset.theme));

// Paper is white.
let before;
addEventListener("beforeprint", () => {
  before = root.dataset.theme;
  show("light");
});
addEventListener("afterprint", () => show(before));
show();
