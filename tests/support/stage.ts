import { expect } from "vitest";
import { type PlaceOf, type Run, sizeOf, type Stage } from "../../src/stage.js";
import { Arena } from "./arena.js";
import { numbers } from "./numbers.js";

const GUARD = 7.25;
const GUARDS = [GUARD, GUARD, GUARD, GUARD];

interface Passes {
  readonly inputs: readonly Float32Array[];
  /** Inputs that ask for a gradient; all by default. */
  readonly asking?: readonly boolean[];
  readonly dy?: ArrayLike<number>;
  readonly batch: number;
}

/** A stage forward and back over guarded memory full of what was there before: its output, and what each input got. */
export function runStage(stage: Stage, { inputs, asking, dy, batch }: Passes) {
  const arena = new Arena();
  const count = batch * sizeOf(stage.output);
  const guarded = (values: Iterable<number>) => arena.put([...values, ...GUARDS]);
  const junk = (length: number) => guarded(new Float32Array(length).fill(NaN));
  const xs = inputs.map(guarded);
  const before = inputs.map((x, i) => numbers(x.length, { seed: 40 + i }));
  const slopes = before.map((values, i) => ((asking?.[i] ?? true) ? guarded(values) : 0));
  const cached = batch * (stage.cache ?? 0);
  const [y, cache] = [junk(count), junk(cached)];
  const dyAt = guarded(Float32Array.from(dy ?? new Float32Array(count)));
  const run: Run = {
    batch,
    training: true,
    step: 0,
    seedLow: 0,
    seedHigh: 0,
    scratch: arena.allocate(arena.kernels.gemmScratch()),
    floats: (address, length) => arena.floats(address, length),
    integers: (address, length) => arena.integers(address, length),
  };
  const [x, dx] = [xs[0]!, slopes[0]!];
  const common = { x, dx, y, dy: dyAt, cache, dtype: "float32", stream: 0 } as const;
  const at = { ...common, inputs: xs, dInputs: slopes };
  const place = at as unknown as PlaceOf<string>;
  stage.forward(arena.kernels, place, run);
  stage.backward(arena.kernels, place, run);
  const read = (address: number, length: number) => {
    expect([...arena.floats(address + 4 * length, 4)]).toEqual(GUARDS);
    return arena.floats(address, length).slice();
  };
  read(cache, cached);
  inputs.forEach((values, i) => expect(read(xs[i]!, values.length)).toEqual(values));
  expect([...arena.floats(0, 16)].every((value) => value === 0)).toBe(true);
  const gradients = slopes.map((address, i) => {
    if (address === 0) return undefined;
    return read(address, inputs[i]!.length).map((value, j) => value - before[i]![j]!);
  });
  return { y: read(y, count), gradients };
}
