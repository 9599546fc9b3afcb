import { describe, expect, test } from "vitest";
import { GlissadeError, layers, type Model, sequential, tensor } from "../src/index.js";
import { calibrationOf } from "../src/reporting/calibration.js";
import { epochsOf } from "../src/reporting/curves.js";
import { digits } from "../src/reporting/digits.js";
import { groupsOf, importanceOf, ranksOf } from "../src/reporting/importance.js";
import { report, type Subject } from "../src/reporting/index.js";
import { precisionRecallCurve, rocCurve, thinned } from "../src/reporting/ranking.js";
import { logarithm, powersOfTen, roundNumbers } from "../src/reporting/scale.js";
import { placesOf } from "../src/reporting/trials.js";
import type { Trial } from "../src/tune/trial.js";
import golden from "./golden/sklearn_curves.json" with { type: "json" };
import { expectClose, generator } from "./support/numbers.js";

const actual = golden.actual.map(Boolean);
const exact = { relative: 1e-12, absolute: 1e-12 };

describe("curves, as scikit-learn computes them", () => {
  test.each(["ties", "smooth"] as const)("ROC and precision-recall: %s", (name) => {
    const { scores, roc, auc, precisionRecall, averagePrecision } = golden[name];
    const gotRoc = rocCurve(actual, scores);
    expectClose(gotRoc.x, roc.x, exact);
    expectClose(gotRoc.y, roc.y, exact);
    expect(gotRoc.area).toBeCloseTo(auc, 12);
    const gotPrecision = precisionRecallCurve(actual, scores);
    expectClose(gotPrecision.x, precisionRecall.x, exact);
    expectClose(gotPrecision.y, precisionRecall.y, exact);
    expect(gotPrecision.area).toBeCloseTo(averagePrecision, 12);
  });

  test("each of several classes against the rest", () => {
    const { classes, scores, auc, averagePrecision } = golden.several;
    for (const k of [0, 1, 2]) {
      const isSo = classes.map((label) => label === k);
      const column = scores.map((row) => row[k]!);
      expect(rocCurve(isSo, column).area).toBeCloseTo(auc[k]!, 12);
      expect(precisionRecallCurve(isSo, column).area).toBeCloseTo(averagePrecision[k]!, 12);
    }
  });

  test("a class that never occurs has no area", () => {
    expect(rocCurve([false, false], [0.1, 0.2]).area).toBeNaN();
    expect(precisionRecallCurve([false, false], [0.1, 0.2]).area).toBeNaN();
  });

  test("calibration in tenths, and the Brier score", () => {
    const { bins, brier } = calibrationOf(actual, golden.smooth.scores);
    const filled = bins.filter(({ rows }) => rows > 0);
    expectClose(
      filled.map(({ observed }) => observed),
      golden.calibration.observed,
      exact,
    );
    expectClose(
      filled.map(({ predicted }) => predicted),
      golden.calibration.predicted,
      exact,
    );
    expect(brier).toBeCloseTo(golden.calibration.brier, 12);
    expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(actual.length);
  });

  test("a probability on an edge belongs to the lower tenth", () => {
    const { bins } = calibrationOf([true, true, true], [0, 0.5, 1]);
    expect(bins.map(({ rows }) => rows)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  test("so do tenths in float32, which are a little more or less", () => {
    const tenths = Float32Array.from({ length: 11 }, (_, i) => i / 10);
    const { bins } = calibrationOf(new Array<boolean>(11).fill(true), tenths);
    expect(bins.map(({ rows }) => rows)).toEqual([2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test("the expected calibration error weighs bins by their rows", () => {
    const { error, bins } = calibrationOf([true, false, true, true], [0.05, 0.05, 0.95, 0.95]);
    expect(bins[0]).toEqual({ from: 0, to: 0.1, rows: 2, predicted: 0.05, observed: 0.5 });
    expect(error).toBeCloseTo((2 * 0.45 + 2 * 0.05) / 4, 12);
  });

  test("thinning keeps both ends, and nothing moves by more than can be seen", () => {
    const x = Array.from({ length: 5001 }, (_, i) => i / 5000);
    const kept = thinned({ x, y: x, area: 0.5 });
    expect(kept.x.length).toBeLessThan(600);
    expect([kept.x[0], kept.x.at(-1)]).toEqual([0, 1]);
    kept.x.slice(1).forEach((value, i) => expect(value - kept.x[i]!).toBeLessThan(0.01));
  });
});

describe("importance of hyper-parameters", () => {
  test("is (H - k + 1)/(n - k) with scipy's H", () => {
    const { objectives, groups, h } = golden.kruskal;
    expect(importanceOf(groups, objectives)).toBeCloseTo((h - 3 + 1) / (40 - 3), 12);
  });

  test("sees what decides, by any rising function of it, and not what is noise", () => {
    const next = generator(3);
    const rates = Array.from({ length: 60 }, () => next());
    const noise = Array.from({ length: 60 }, () => next());
    const objectives = rates.map((rate) => Math.abs(rate - 0.6));
    expect(importanceOf(rates, objectives)).toBeGreaterThan(0.7);
    expect(importanceOf(noise, objectives)).toBeLessThan(0.1);
    const powers = rates.map((rate) => 10 ** (-4 * rate));
    expect(importanceOf(powers, objectives)).toBeCloseTo(importanceOf(rates, objectives), 1);
    expect(importanceOf(rates.map(String), objectives)).toBe(0);
  });

  test("ranks share equal places; groups are values, or fifths of many numbers", () => {
    expect(ranksOf([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
    expect(groupsOf([16, 32, "16", undefined, 16])).toEqual([
      "number 16",
      "number 32",
      'string "16"',
      "undefined undefined",
      "number 16",
    ]);
    const fifths = groupsOf(Array.from({ length: 40 }, (_, i) => 39 - i)) as number[];
    expect(fifths.slice(0, 9)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 3]);
  });
});

describe("numbers and scales", () => {
  test("digits", () => {
    const shown = [0, 12, 0.123456, 1234.5678, 45678.9, 0.00012345, 1e-9, 12345678, NaN, -0.5];
    expect(shown.map(digits)).toEqual(
      "0 12 0.1235 1235 45679 1.234e-4 1e-9 1.235e7 NaN -0.5".split(" "),
    );
  });

  test("logarithms", () => {
    for (const x of [1e-12, 0.3, 0.7, 1, 1.4, 2, 1e9]) {
      expect(logarithm(x)).toBeCloseTo(Math.log(x), 12);
    }
  });

  test("round numbers and powers of ten", () => {
    expect(roundNumbers(0.13, 0.92).map(digits)).toEqual(["0.2", "0.4", "0.6", "0.8"]);
    expect(roundNumbers(-3, 4)).toEqual([-2, 0, 2, 4]);
    expect(powersOfTen(3e-4, 2)).toEqual([1e-3, 1e-2, 1e-1, 1]);
  });

  test("epochs of series that are shorter than the fit", () => {
    const ten = Array.from({ length: 10 }, (_, i) => i);
    expect(epochsOf(ten, 10)).toEqual(ten);
    expect(epochsOf(ten, 2)).toEqual([4, 9]);
    expect(epochsOf(ten, 3)).toEqual([2, 5, 8]);
    expect(epochsOf(ten, 7)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });
});

const VOID = new Set(["meta", "input", "br", "line", "rect", "!doctype"]);

/** Tags without their matching ends, other than those that have none. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const text = page.replace(/(<(script|style)[^>]*>)[\s\S]*?(<\/\2>)/g, "$1$3");
  for (const [, end, name] of text.matchAll(/<(\/?)([a-z!][a-z0-9]*)(?:\s[^<>]*)?>/g)) {
    if (VOID.has(name!)) continue;
    if (!end) open.push(name!);
    else if (open.pop() !== name) wrong.push(name!);
  }
  return [...wrong, ...open];
}

const history = {
  epoch: [0, 1, 2],
  seed: 1,
  loss: [3, 2, 1],
  val_loss: [3, 2.5, 2.4],
  bias: [0, -1, 2],
};
const curve = [0.5, 0.7, 0.8];

/** Forty trials of every kind of hyper-parameter. */
function study(extra: object = {}) {
  const next = generator(1);
  const trials = Array.from({ length: 40 }, (_, number) => {
    const optimizer = ["sgd", "adam", "rmsprop"][number % 3]!;
    const params = {
      learningRate: 10 ** (-4 * next()),
      units: 8 * (1 + (number % 4)),
      optimizer,
      nesterov: number % 2 === 0,
      ...(optimizer === "sgd" && { momentum: next() }),
      ...extra,
    };
    const status: Trial["status"] =
      number === 7 ? "failed" : number % 9 === 4 ? "pruned" : "complete";
    const value = status === "failed" ? undefined : next();
    return {
      number,
      params,
      status,
      value,
      std: 0.01,
      folds: [],
      curve,
      spread: [0.1, 0.1, 0.1],
      seconds: 1,
      epochs: 3,
      ...(status === "failed" && { error: "out of luck" }),
    };
  });
  return { objective: { name: "val_accuracy", mode: "max" as const }, trials };
}

const row = {
  loss: "meanSquaredError",
  optimizer: "adam",
  learningRate: 0.01,
  mean: 0.8,
  std: 0.1,
};
const comparison = {
  ...study(),
  rows: [
    { ...row, curve, spread: curve },
    { ...row, optimizer: "sgd", curve },
  ],
};
const several = { y: golden.several.classes, scores: golden.several.scores };
const binary = { y: golden.actual, scores: golden.smooth.scores };

/** Data of all charts of a page, by their titles. */
function chartsOf(page: string) {
  const figures = page.split('<figure class="chart">').slice(1);
  return Object.fromEntries(
    figures.map((figure) => {
      const [, title] = /<strong>(.*?)<\/strong>/.exec(figure)!;
      const [, data] = /<script type="application\/json">(.*?)<\/script>/.exec(figure)!;
      return [
        title!,
        JSON.parse(data!) as {
          series: {
            label: string;
            x: number[];
            y: number[];
            low?: number[];
            style?: string;
            color?: number;
          }[];
        },
      ];
    }),
  );
}

describe("a page", () => {
  const all = [history, study(), comparison, several, binary] as unknown as Subject[];

  test("is sound, asks for nothing from outside, and is the same each time", () => {
    const page = report(all, { title: "All", notes: "One\nTwo" });
    expect(unbalanced(page)).toEqual([]);
    expect(unbalanced("<p><b></p>")).not.toEqual([]);
    expect(page).not.toMatch(/https?:|\/\/\w|\bsrc=|@import|url\(|<link|fetch\(|XMLHttpRequest/);
    expect(page).toContain("Permission is hereby granted");
    expect(report(all, { title: "All", notes: "One\nTwo" })).toBe(page);
    expect(page).toContain("<title>All</title>");
    expect(page).toMatch(/<p class="notes">One\nTwo<\/p>/);
  });

  test("runs its own script alone: the policy holds its hash", async () => {
    const page = report(history as never);
    for (const kind of ["script", "style"]) {
      const text = page.split(`<${kind}>`)[1]!.split(`</${kind}>`)[0]!;
      const hash = new Uint8Array(
        await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
      );
      expect(page).toContain(`${kind}-src &#39;sha256-${btoa(String.fromCharCode(...hash))}&#39;`);
    }
    expect(page).not.toMatch(/\sstyle=|\son\w+=/);
  });

  test("names its parts, and numbers those of one kind", () => {
    const page = report([history, history, several] as never);
    const titles = [...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual(["Training 1", "Training 2", "Evaluation"]);
    expect(page.match(/href="#part-\d"/g)).toHaveLength(3);
  });

  test("a subject's own title stands above it, beside subjects without one", () => {
    const own = { title: "The <i>program</i>", subject: history };
    const page = report([own, history, { ...history, subject: [1, 2, 3] }] as never);
    const titles = [...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual(["The &lt;i&gt;program&lt;/i&gt;", "Training 1", "Training 2"]);
    expect(report(own as never)).toContain("The &lt;i&gt;program&lt;/i&gt;</h2>");
  });

  test.each(["</script><script>alert(1)</script>", "<b>\"&'", "<!--<script>", "</title></style>"])(
    "shows %s as text, wherever it stands",
    (text) => {
      const named = { ...study({ [text]: text }), objective: { name: text, mode: "min" } };
      const failed = named.trials.map((trial) => ({ ...trial, error: text }));
      const page = report(
        [
          { ...history, [text]: [1, 2, 3] },
          { ...named, trials: failed },
          { ...named, rows: [{ ...comparison.rows[0]!, loss: text, error: text }] },
          { ...several, labels: [text, `${text}1`, `${text}2`] },
        ] as never,
        { title: text, notes: text },
      );
      const tags = (other: string) =>
        new Set([...other.matchAll(/<\/?([a-z]\w*)/g)].map(([, name]) => name));
      const markup = page.replace(/(<(script|style)[^>]*>)[\s\S]*?(<\/\2>)/g, "$1$3");
      const plain = report(all, { title: "All", notes: "All" });
      expect(unbalanced(page)).toEqual([]);
      expect([...tags(markup)].filter((tag) => !tags(plain).has(tag))).toEqual([]);
      expect(markup).not.toContain(text);
      expect(page.match(/<script/g)).toHaveLength(page.match(/<\/script>/g)!.length);
      expect(Object.values(chartsOf(page)).length).toBeGreaterThan(5);
    },
  );
});

describe("what a page holds", () => {
  test("of a history: a chart for each series beside its validation", () => {
    const page = report(history as never);
    const charts = chartsOf(page);
    expect(Object.keys(charts)).toEqual(["loss", "bias"]);
    expect(charts.loss!.series.map(({ label, x, y }) => [label, x, y])).toEqual([
      ["training", [1, 2, 3], [3, 2, 1]],
      ["validation", [1, 2, 3], [3, 2.5, 2.4]],
    ]);
    const [loss, bias] = page.split('<figure class="chart">').slice(1);
    expect(loss).toContain("logarithmic");
    expect(bias).not.toContain("logarithmic");
  });

  test("of a fit: the history as it is, and after JSON", async () => {
    const model: Model = sequential([layers.dense(1, { inputShape: [1] })], { seed: 1 });
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
    const x = [[0], [1], [2], [3]];
    const fitted = await model.fit(x, x, {
      epochs: 4,
      validationSplit: 0.5,
      validationFreq: 2,
      verbose: 0,
    });
    const charts = chartsOf(report(fitted));
    expect(charts.loss!.series.map(({ x }) => x)).toEqual([
      [1, 2, 3, 4],
      [2, 4],
    ]);
    expect(report(JSON.parse(JSON.stringify(fitted)) as never)).toBe(report(fitted));
    model.dispose();
  });

  test("of a history that diverged: gaps, and a sentence", () => {
    const page = report({ epoch: [0, 1, 2], loss: [1, NaN, Infinity] } as never);
    expect(chartsOf(page).loss!.series[0]!.y).toEqual([1, null, null]);
    expect(page).toContain(
      "2 of 3 values of training are no finite numbers, the first after epoch 2",
    );
    expect(
      chartsOf(report({ epoch: [0, 1], loss: [1, null] } as never)).loss!.series[0]!.y,
    ).toEqual([1, null]);
  });

  test("of series that are no numbers at all, and of a validation that diverged", () => {
    const page = report({ epoch: [0, 1], loss: [NaN, NaN], val_loss: [1, NaN] } as never);
    const row = (name: string) =>
      new RegExp(`<th[^>]*>${name}</th>([\\s\\S]*?)</tr>`).exec(page)![1]!;
    const cells = (name: string) =>
      [...row(name).matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, a]) => a);
    expect(cells("loss")).toEqual(["NaN", "NaN", "–", "–", "–", "–"]);
    expect(cells("val_loss")).toEqual(["1", "NaN", "1", "1", "1", "1"]);
    expect(page).toContain(
      "2 of 2 values of training are no finite numbers, the first after epoch 1",
    );
    expect(page).toContain(
      "1 of 2 values of validation is no finite number, the first after epoch 2",
    );
  });

  test("of very many epochs: one in some, as the caption says, with both ends", () => {
    const epoch = Array.from({ length: 20000 }, (_, i) => i);
    const loss = epoch.map((i) => 1 / (i + 1));
    const sparse = loss.filter((_, i) => (i + 1) % 7 === 0);
    const page = report({ epoch, loss, val_loss: sparse } as never);
    const [training, validation] = chartsOf(page).loss!.series;
    expect(training!.x).toHaveLength(1001);
    expect([training!.x[0], training!.x[1], training!.x.at(-1)]).toEqual([1, 20, 20000]);
    expect(validation!.x.length).toBeLessThan(1001);
    expect(validation!.y.every(Number.isFinite)).toBe(true);
    expect(page).toContain("Of so many points, one in 20 is shown.");
    expect(page.length).toBeLessThan(report(history as never).length + 5e5);
    const short = report({ epoch: epoch.slice(0, 2000), loss: loss.slice(0, 2000) } as never);
    expect(chartsOf(short).loss!.series[0]!.x).toHaveLength(2000);
    expect(short).not.toContain("Of so many points");
  });

  test("of a tuning: the best trial, its way, importance, parallel coordinates, all trials", () => {
    const given = study();
    const page = report(given);
    const complete = given.trials.filter(({ status }) => status === "complete");
    const best = complete.reduce((a, b) => (b.value! > a.value! ? b : a));
    expect(page).toContain(
      `Best: trial ${best.number}, val_accuracy ${digits(best.value!)} ± 0.01`,
    );
    expect(Object.keys(chartsOf(page))).toEqual(["Progress", "Curves of the best trials"]);
    expect(chartsOf(page).Progress!.series[0]!.y).toHaveLength(complete.length);
    expect(page.match(/<polyline/g)).toHaveLength(complete.length);
    expect(page.match(/class="best"/g)).toHaveLength(1);
    expect(page).toMatch(/learningRate<title>learningRate<\/title>\s*<tspan>log/);
    expect(page).toContain(">none<");
    for (const name of Object.keys(best.params))
      expect(page).toContain(`<th scope="row" data-value="${name}">`);
    expect(page.match(/<tr>\s*<th scope="row" data-value="\d+">/g)).toHaveLength(40);
    expect(page).toContain("Importance of hyper-parameters");
    expect(page).toContain("failed: out of luck");
  });

  test("of a tuning that is its JSON, where less is better, or where nothing was completed", () => {
    const given = study();
    const json = JSON.parse(JSON.stringify({ ...given, seed: 1, best: 3 })) as typeof given;
    expect(report(json)).toBe(report(given));
    const least = report({ ...given, objective: { name: "val_loss", mode: "min" } });
    expect(least).not.toContain(/Best: trial \d+/.exec(report(given))![0]);
    const failed = given.trials.map((trial) => ({
      ...trial,
      status: "failed" as const,
      value: undefined,
    }));
    const page = report({ ...given, trials: failed });
    expect(page).toContain("No trial was completed");
    expect(page).not.toContain("<polyline");
    const few = report({ ...given, trials: given.trials.slice(0, 3) });
    expect(few).toContain("needs 8 complete trials");
  });

  const importances = (page: string) => {
    const [, body] = /Importance of hyper-parameters[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(page)!;
    return [...body!.matchAll(/<td class="number" data-value="(.*?)">/g)].map(([, value]) =>
      Number(value),
    );
  };

  test("of a grid whose trials are equally good: nothing mattered", () => {
    const trials = Array.from({ length: 12 }, (_, number) => ({
      ...study().trials[0]!,
      number,
      params: { learningRate: [1, 2, 3, 4][Math.floor(number / 3)]!, units: number % 3 },
      value: 0.55,
    }));
    expect(importances(report({ ...study(), trials }))).toEqual([0, 0]);
    const finished = trials.map((trial, i) => ({ ...trial, rank: i + 1, epochs: i < 4 ? 9 : 3 }));
    expect(placesOf(finished)).toEqual([0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4]);
  });

  test("of halving: budgets do not mix, and who was promoted counts once", () => {
    const first = study().trials.filter(({ status }) => status === "complete");
    const promoted = first
      .slice(0, 9)
      .map((trial, i) => ({ ...trial, number: 100 + i, epochs: 9, value: (9 - i) / 100 }));
    const page = report({ ...study(), trials: [...first, ...promoted] });
    expect(page).toContain(`order of the ${first.length} complete trials`);
    const [long, best, short] = chartsOf(page).Progress!.series;
    expect(long!.x).toEqual(promoted.map(({ number }) => number));
    expect(best!.y).toEqual(new Array(9).fill(0.09));
    expect(best!.style).toBe("held");
    expect([short!.x.length, short!.color]).toEqual([first.length, undefined]);
    expect(page).toContain("grey: trained for fewer epochs than 9");
  });

  test("of very many trials: fainter lines", () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({
      ...study().trials[i % 40]!,
      number: i,
    })).map((trial) => ({ ...trial, status: "complete" as const, value: trial.number / 1000 }));
    const opacities = (page: string) =>
      [...page.matchAll(/stroke-opacity="(.*?)"/g)].map(([, value]) => Number(value));
    const most = (page: string) => Math.max(...opacities(page));
    expect(most(report({ ...study(), trials: many }))).toBeLessThan(0.3);
    expect(most(report(study()))).toBe(0.9);
  });

  test("of a comparison: a table, and curves in bands where there are several runs", () => {
    const page = report(comparison as never);
    const [chart] = Object.values(chartsOf(page));
    expect(chart!.series.map(({ label, low }) => [label, low?.length])).toEqual([
      ["meanSquaredError, adam", 3],
      ["meanSquaredError, sgd", undefined],
    ]);
    const [, head] = /What was compared[\s\S]*?<thead>([\s\S]*?)<\/thead>/.exec(page)!;
    const heads = [...head!.matchAll(/<button type="button">(.*?)<\/button>/g)];
    expect(heads.map(([, name]) => name)).toEqual(
      "loss optimizer val_accuracy deviation learning rate".split(/ (?!rate)/),
    );
    for (const part of ["Importance of hyper-parameters", "Parallel coordinates", "All trials"]) {
      expect(page).toContain(part);
    }
  });

  test("of a comparison of many pairs, some of which failed", () => {
    const rows = Array.from({ length: 9 }, (_, i) => ({ ...row, loss: `loss${i}`, curve }));
    const failed = { ...row, loss: "bad", mean: undefined, std: undefined, curve: [] };
    const given = { ...comparison, rows: [{ ...failed, error: "out of luck" }, ...rows] };
    const page = report(given as never);
    expect(Object.values(chartsOf(page))[0]!.series.map(({ label }) => label)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `loss${i}, adam`),
    );
    expect(page).toContain("val_accuracy after each epoch. The best 5 of 9 are drawn.");
    const [, body] = /What was compared[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(page)!;
    expect(body!.trim().split("<tr>").at(-1)).toMatch(/>bad<[\s\S]*title="out of luck"/);
    const none = { ...given, rows: [{ ...failed, error: "out of luck" }] };
    expect(report(JSON.parse(JSON.stringify(none)) as never)).toContain("out of luck");
    const single = study().trials.map(({ spread: _, ...trial }) => trial);
    expect(report({ ...given, trials: single } as never)).not.toContain("means over folds");
    expect(report(comparison as never)).toContain("means over folds and seeds, in bands");
  });

  test("of an evaluation: scores, confusion matrix, curves and calibration", () => {
    const page = report({ ...several, labels: ["a", "b", "c"] });
    const right = golden.several.classes.filter((label, i) => {
      const scores = golden.several.scores[i]!;
      return scores.indexOf(Math.max(...scores)) === label;
    }).length;
    expect(page).toContain(`Accuracy ${((100 * right) / 60).toFixed(1)} %`);
    expect(Object.keys(chartsOf(page))).toEqual([
      "ROC curve",
      "Precision and recall",
      "Calibration",
      "Rows by probability",
    ]);
    for (const area of [...golden.several.auc, ...golden.several.averagePrecision]) {
      expect(page).toContain(`>${area.toFixed(3)}<`);
    }
    const cells = [...page.matchAll(/<td class="share-\d+ \w+"[^>]*>(\d+)<\/td>/g)];
    expect(cells).toHaveLength(9);
    expect(cells.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(60);
  });

  test("of two classes: the same from one column, a column of rows, or two columns and one-hot rows", () => {
    const page = report(binary);
    expect(page).toContain(`ROC AUC ${golden.smooth.auc.toFixed(3)}`);
    expect(page).toContain(`average precision ${golden.smooth.averagePrecision.toFixed(3)}`);
    const column = tensor(binary.scores.map((score) => [score]));
    expect(report({ y: tensor(Uint8Array.from(binary.y)), scores: column })).toBe(page);
    const hot = binary.y.map((label) => [1 - label, label]);
    const two = report({
      y: hot,
      scores: binary.scores.map((score) => [1 - score, score]),
      threshold: 0.5,
    });
    expect(two).toBe(page);
  });

  test("a threshold moves what is predicted", () => {
    const matrixOf = (threshold: number) =>
      [...report({ ...binary, threshold }).matchAll(/<td class="share[^>]*>(\d+)<\/td>/g)].map(
        ([, n]) => Number(n),
      );
    const above = binary.scores.filter((score) => score > 0.3).length;
    expect(matrixOf(0.3)[1]! + matrixOf(0.3)[3]!).toBe(above);
    expect(matrixOf(0.5)[1]! + matrixOf(0.5)[3]!).toBeLessThan(above);
  });

  test("two logits rank by their distance, as scikit-learn ranks it, and are calibrated by it", () => {
    const { classes, logits, auc, averagePrecision, brier } = golden.pair;
    const page = report({ y: classes, scores: logits });
    expect(page).toContain(`ROC AUC ${auc.toFixed(3)}, average precision`);
    expect(page).toContain(`average precision ${averagePrecision.toFixed(3)}`);
    expect(page).toContain(`Brier score ${digits(brier)}`);
    expect(page).toContain("a softmax makes probabilities of each row");
    const higher = logits.map(([a, b], i) => [a! + 5 * (i % 3), b! + 5 * (i % 3)]);
    const last = higher.map((row) => row[1]!);
    expect(rocCurve(classes.map(Boolean), last).area).not.toBeCloseTo(auc, 3);
    expect(report({ y: classes, scores: higher })).toContain(`ROC AUC ${auc.toFixed(3)}`);
  });

  test("several logits are compared by their softmax, row by row", () => {
    const { classes } = golden.several;
    const moved = golden.logits.map((row, i) => row.map((logit) => logit + 5 * (i % 4)));
    for (const scores of [golden.logits, moved]) {
      const page = report({ y: classes, scores });
      expect(page).toContain("The scores are no probabilities");
      for (const area of [...golden.several.auc, ...golden.several.averagePrecision]) {
        expect(page).toContain(`>${area.toFixed(3)}<`);
      }
      const [given, squashed] = [chartsOf(report(several)), chartsOf(page)].map(
        (charts) => charts["Rows by probability"]!.series[0]!.y,
      );
      expect(squashed).toEqual(given);
    }
  });

  test("one column of logits: cut at 0, calibrated by its sigmoid, ranked as it is", () => {
    const { classes, logits, auc, brier } = golden.pair;
    const scores = logits.map(([a, b]) => b! - a!);
    const page = report({ y: classes, scores });
    expect(page).toContain(`ROC AUC ${auc.toFixed(3)}`);
    expect(page).toContain(`Brier score ${digits(brier)}`);
    expect(page).toContain(
      "a sigmoid makes probabilities. 1 is predicted where its score is above 0",
    );
    const far = scores.map((score) => score + 1000);
    expect(report({ y: classes, scores: far })).toContain(`ROC AUC ${auc.toFixed(3)}`);
  });

  test("two columns of probabilities keep the order of the last, however small they are", () => {
    const small = [1e-20, 3e-20, 2e-20, 4e-20];
    const y = [0, 1, 0, 1];
    const page = report({ y, scores: small.map((p) => [1 - p, p]) });
    expect(page).toContain("ROC AUC 1.000");
  });

  test("one row, and one class: nothing to rank", () => {
    const page = report({ y: [1], scores: [0.8] });
    expect(page).toContain("of 1 row.");
    expect(page).toContain("nothing to rank");
    expect(page).not.toMatch(/average precision \d/);
    expect(Object.keys(chartsOf(page))).toEqual(["Calibration", "Rows by probability"]);
    const three = report({ y: [2, 2], scores: [several.scores[0]!, several.scores[1]!] });
    expect(three).not.toContain('1.000</td>\n<td class="number" data-value="2"');
    expect(three).toContain(">2 in all<");
  });

  test("of many classes: the most frequent mistakes, and curves of the least area", () => {
    const classes = 45;
    const y = Array.from({ length: 90 }, (_, i) => i % classes);
    const next = generator(2);
    const scores = y.map((label) =>
      Array.from({ length: classes }, (_, j) => (next() + Number(j === label)) / 2),
    );
    const page = report({ y, scores });
    expect(page).toContain("The most frequent mistakes");
    expect(page).not.toContain('class="matrix"');
    expect(chartsOf(page)["ROC curve"]!.series).toHaveLength(9);
  });
});

describe("refusals", () => {
  const scores = [
    [0.1, 0.9],
    [0.8, 0.2],
  ];
  const three = [[0.1, 0.2, 0.7]];
  const rows: [string, string, unknown, unknown?][] = [
    ["ERR_OPTION", "no subject", []],
    ["ERR_OPTION", "something else", { loss: [1] }],
    ["ERR_OPTION", "nothing", undefined],
    ["ERR_OPTION", "a promise", Promise.resolve(history)],
    ["ERR_SHAPE", "a history without epochs", { epoch: [], seed: 1, loss: [] }],
    ["ERR_SHAPE", "a tuning without trials", { objective: { name: "a", mode: "min" }, trials: [] }],
    ["ERR_OPTION", "a tuning without an objective", { trials: [{}] }],
    ["ERR_SHAPE", "a comparison without rows", { rows: [] }],
    ["ERR_OPTION", "no scores", { y: [1] }],
    ["ERR_OPTION", "an option that an evaluation has not", { y: [0, 1], scores, label: ["a"] }],
    ["ERR_SHAPE", "no rows", { y: [], scores: [] }],
    ["ERR_SHAPE", "scores of three axes", { y: [0], scores: [[[0.5]]] }],
    ["ERR_SHAPE", "scores of other rows", { y: [0, 1, 1], scores }],
    [
      "ERR_SHAPE",
      "one-hot rows of other classes",
      {
        y: [
          [1, 0],
          [0, 1],
        ],
        scores: [...three, ...three],
      },
    ],
    [
      "ERR_SHAPE",
      "y of three axes",
      {
        y: [
          [[1], [0]],
          [[0], [1]],
        ],
        scores,
      },
    ],
    ["ERR_NUMERIC", "a class without a column", { y: [0, 2], scores }],
    ["ERR_NUMERIC", "a negative class", { y: [0, -1], scores }],
    ["ERR_NUMERIC", "a score that is not a number", { y: [0, 1], scores: [0.5, NaN] }],
    ["ERR_OPTION", "too few labels", { y: [0, 1], scores, labels: ["a"] }],
    ["ERR_OPTION", "a threshold for three classes", { y: [2], scores: three, threshold: 0.5 }],
    ["ERR_OPTION", "a threshold that is no number", { y: [0, 1], scores, threshold: "f1" }],
    ["ERR_OPTION", "a subject's title without text", { title: "", subject: history }],
    ["ERR_OPTION", "a subject without a title", { subject: history }],
    ["ERR_OPTION", "notes of a subject", { title: "a", subject: history, notes: "b" }],
    ["ERR_OPTION", "several subjects under one title", { title: "a", subject: [history] }],
    ["ERR_OPTION", "a title within a title", { title: "a", subject: { title: "b", subject: {} } }],
    ["ERR_OPTION", "a comparison without an objective", { rows: [row], trials: [] }],
    ["ERR_OPTION", "an option that it has not", history, { heading: "x" }],
    ["ERR_OPTION", "a title that is no text", history, { title: 3 }],
    ["ERR_OPTION", "notes without text", history, { notes: "" }],
  ];

  test.each(rows)("%s: %s", (code, _, subject, options) => {
    let refusal: unknown;
    try {
      report(subject as never, options as never);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(GlissadeError);
    const { code: got, message } = refusal as GlissadeError;
    expect(got).toBe(code);
    expect(message).toMatch(/^report: .*(must|no \w+ ")/);
    expect(message).not.toMatch(/\[object |\n|\.$/);
  });

  test("a model is told where its history is", () => {
    const model = sequential([layers.dense(1, { inputShape: [1] })]);
    expect(() => report(model as never)).toThrow(/give its history/);
  });
});
