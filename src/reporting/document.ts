import { licence, script, scriptHash, style, styleHash } from "#page";
import { html, type Markup, verbatim } from "./html.js";

export interface Section {
  readonly title: string;
  readonly body: Markup;
}

/** Nothing but this page's own script and style may run, and nothing is fetched. */
const policy = `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;

/** One self-contained page. */
export function documentOf(title: string, notes: string | undefined, sections: readonly Section[]) {
  const contents = html`<nav aria-label="Contents">
    <ul>
      ${sections.map((one, i) => html`<li><a href="#part-${i + 1}">${one.title}</a></li>`)}
    </ul>
  </nav>`;
  const parts = sections.map(
    (one, i) =>
      html`<section aria-labelledby="part-${i + 1}">
        <h2 id="part-${i + 1}">${one.title}</h2>
        ${one.body}
      </section>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${verbatim("style", style)}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <button type="button" id="theme" hidden></button>
          ${notes ? html`<p class="notes">${notes}</p>` : ""} ${sections.length > 1 ? contents : ""}
        </header>
        <noscript><p>Charts need JavaScript; their numbers stand in the tables.</p></noscript>
        <main>${parts}</main>
        <footer>
          <p>Written by glissade. Charts by uPlot.</p>
          <details>
            <summary>Licence of uPlot</summary>
            <pre>${licence}</pre>
          </details>
        </footer>
        ${verbatim("script", script)}
      </body>
    </html> `.text;
}
