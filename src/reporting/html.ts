/** Text that is markup already. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = string | number | undefined | Markup | readonly Part[];

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return String(part ?? "").replace(/[&<>"']/g, (letter) => ESCAPES[letter]!);
}

/** Markup of a template: everything put into it is escaped, unless it is markup itself. Its own line breaks say nothing. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]) =>
  new Markup(strings.map((text, i) => text.replace(/\s*\n\s*/g, "\n") + textOf(parts[i])).join(""));

/** An element that holds text as it is: a script or a style of our own. */
export const verbatim = (tag: "script" | "style", text: string) =>
  new Markup(`<${tag}>${text}</${tag}>`);

/** Data for the page's script: no letter of them can end the element. */
export const json = (value: unknown, replacer?: (key: string, value: unknown) => unknown) =>
  new Markup(
    `<script type="application/json">${JSON.stringify(value, replacer).replaceAll("<", "\\u003c")}</script>`,
  );
