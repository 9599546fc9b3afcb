/**
 * Opens a report from disk in Chromium, Firefox and WebKit: checks that everything works there and takes pictures, to be
 * looked at.
 *
 *   apt-get install chromium firefox-esr webkit2gtk-driver xvfb; npm install --no-save puppeteer-core@24
 *   xvfb-run -a node tests/report/browsers.js report.html pictures/
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [path, folder = "pictures"] = process.argv.slice(2);
const url = pathToFileURL(resolve(path)).href;
mkdirSync(folder, { recursive: true });

/** A narrower window than WebKit's may be. */
const phone = join(folder, "phone.html");
writeFileSync(phone, `<iframe src="${url}" width="375" height="800" style="border: 0"></iframe>`);

/** Runs in the page: what is wrong with it, in words. */
function faults() {
  const found = [];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const check = (isGood, fault) => isGood || found.push(fault);
  const { documentElement: root } = document;
  for (const one of all(".chart")) {
    check(all("canvas", one).length === 1, `no chart: ${one.textContent.slice(0, 40)}`);
  }
  check(root.scrollWidth <= root.clientWidth, `${root.scrollWidth} wide of ${root.clientWidth}`);
  for (const plot of all(".plot")) {
    const told = () => plot.querySelector(".u-value")?.textContent ?? "–";
    plot.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    check(told() !== "–", "a cursor that arrow keys do not move");
  }
  for (const table of all(".sortable")) {
    const [button] = all("th button", table);
    const order = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent).join();
    button.click();
    const rising = order();
    button.click();
    check(table.tBodies[0].rows.length < 2 || order() !== rising, "a table that does not sort");
    button.click();
  }
  for (const box of all(".log input")) {
    const canvas = () => box.closest(".chart").querySelector("canvas");
    const before = canvas();
    box.click();
    check(canvas() && canvas() !== before, "a chart without a logarithmic axis");
    box.click();
  }
  const theme = document.querySelector("#theme");
  const paper = () => getComputedStyle(document.body).backgroundColor;
  const light = paper();
  theme.click();
  check(paper() !== light, "no other colours");
  theme.click();
  check(paper() === light, "no way back to the first colours");
  check(
    all(".plot").every((plot) => plot.tabIndex === 0),
    "a chart that keys do not reach",
  );
  return found;
}

const SIZES = { wide: [1200, 900], phone: [375, 800] };
const heightOf = () => document.documentElement.scrollHeight;
const toDark = () => document.querySelector("#theme").click();
/** Pictures of longer pages are cut. */
const TALLEST = 16000;

async function byPuppeteer(browser, executablePath, args) {
  const { launch } = await import("puppeteer-core");
  const running = await launch({ browser, executablePath, args, headless: true });
  try {
    for (const [name, [width, height]] of Object.entries(SIZES)) {
      const page = await running.newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (one) => one.type() === "error" && errors.push(one.text()));
      await page.setViewport({ width, height });
      await page.goto(url);
      errors.push(...(await page.evaluate(faults)));
      await page.setViewport({ width, height: Math.min(TALLEST, await page.evaluate(heightOf)) });
      await page.screenshot({ path: join(folder, `${browser}-${name}-light.png`) });
      await page.evaluate(toDark);
      await page.screenshot({ path: join(folder, `${browser}-${name}-dark.png`) });
      report(`${browser} ${name}`, errors);
      await page.close();
    }
  } finally {
    await running.close();
  }
}

const report = (where, errors) => {
  console.log(`${where}: ${errors.length > 0 ? errors.join("; ") : "all well"}`);
  if (errors.length > 0) process.exitCode = 1;
};

const PORT = 18444;

async function driver(method, address, body) {
  const response = await fetch(`http://127.0.0.1:${PORT}${address}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const { value } = await response.json();
  if (value?.error) throw new Error(value.message);
  return value;
}

/** Under the language C, which Intl does not know. */
const environment = {
  ...process.env,
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
};
const MINIBROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

async function byWebDriver() {
  const program = spawn("WebKitWebDriver", [`--port=${PORT}`, "--host=127.0.0.1"], {
    env: environment,
  });
  const isUp = () =>
    driver("GET", "/status").then(
      () => true,
      () => false,
    );
  while (!(await isUp())) await new Promise((done) => setTimeout(done, 100));
  const options = { binary: MINIBROWSER, args: ["--automation"] };
  const alwaysMatch = { browserName: "MiniBrowser", "webkitgtk:browserOptions": options };
  const { sessionId } = await driver("POST", "/session", { capabilities: { alwaysMatch } });
  const session = `/session/${sessionId}`;
  const run = (f) =>
    driver("POST", `${session}/execute/sync`, { script: `return (${f})()`, args: [] });
  const toTall = () => void (document.body.style.minHeight = "120vh");
  const picture = async (name) => {
    // It takes no picture of a page that fits its window.
    await run(toTall);
    const bytes = await driver("GET", `${session}/screenshot`);
    writeFileSync(join(folder, `webkit-${name}.png`), Buffer.from(bytes, "base64"));
  };
  try {
    await driver("POST", `${session}/window/rect`, { width: 1200, height: 900 });
    for (const name of Object.keys(SIZES)) {
      const address = name === "phone" ? pathToFileURL(resolve(phone)).href : url;
      await driver("POST", `${session}/url`, { url: address });
      if (name === "phone") await driver("POST", `${session}/frame`, { id: 0 });
      const errors = await run(faults);
      await picture(`${name}-light`);
      await run(toDark);
      await picture(`${name}-dark`);
      const which = await run(() => `${innerWidth} px, language ${navigator.language}`);
      report(`webkit ${name} (${which})`, errors);
    }
  } finally {
    await driver("DELETE", session);
    program.kill();
  }
}

const NO_SANDBOX = ["--no-sandbox", "--disable-gpu", "--no-first-run"];
await byPuppeteer("chrome", "/usr/bin/chromium", NO_SANDBOX);
await byPuppeteer("firefox", "/usr/bin/firefox-esr", []);
await byWebDriver();
