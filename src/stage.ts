import type { Kernels } from "./engine.js";

/** Sizes of the axes, the batch axis left out. */
export type Shape = readonly number[];

export type DType = "float32" | "int32" | "uint8";

/** How many numbers a shape holds. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, axis) => size * axis, 1);

/** What is the same for every stage of one run. */
export interface Run {
  /** Examples in the batch. */
  batch: number;
  /** Whether the stages that differ (dropout) do what they do in training. */
  training: boolean;
  /** The model's count of updates: random numbers differ from step to step. */
  step: number;
  seedLow: number;
  seedHigh: number;
  /** Packing room of the matrix product. */
  scratch: number;
  /** Lends the numbers at an address, for layers in plain TypeScript; good until the call ends. */
  readonly floats: (address: number, count: number) => Float32Array;
  /** The same of whole numbers: an int32 input. */
  readonly integers: (address: number, count: number) => Int32Array;
}

/** Where the numbers of one node lie: addresses in bytes, 0 where there is nothing or nobody asks. */
export interface Place {
  x: number;
  dx: number;
  y: number;
  dy: number;
  /** All inputs, for nodes that have several; `x` is the first. */
  readonly inputs: number[];
  readonly dInputs: number[];
  cache: number;
  /** What x holds, for stages that read several types. */
  dtype: DType;
  /** The node's place in topological order: random numbers differ from node to node. */
  stream: number;
}

/**
 * A place with the addresses of weights (`kernel`) and of their gradients (`dKernel`); a weight that a layer does not
 * have lies nowhere.
 */
export type PlaceOf<W extends string> = Place &
  (string extends W ? { [name: string]: number } : { [Name in W | `d${Capitalize<W>}`]?: number });

/** Where a weight to be filled lies, and what it connects. */
export interface Filling {
  readonly address: number;
  readonly count: number;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly seed: number;
  /** The weight's place in the model. */
  readonly stream: number;
  /** Lends the numbers at an address, for initializers in plain TypeScript. */
  readonly floats: (address: number, count: number) => Float32Array;
}

/** An initializer of the user's own: the first values of a weight, row by row. */
export type InitializerFunction = (
  given: Pick<Filling, "fanIn" | "fanOut" | "seed" | "stream"> & { readonly shape: Shape },
) => ArrayLike<number>;

/** Gives a weight its first values. */
export interface Initializer {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  fill(k: Kernels, filling: Filling): void;
}

export interface WeightSpec {
  readonly shape: Shape;
  readonly initializer: Initializer | InitializerFunction;
}

/** One step of a network: what it needs for its input shape, and which kernels go forward and back. */
export interface Stage<W extends string = string> {
  readonly output: Shape;
  readonly weights?: Readonly<Partial<Record<W, WeightSpec>>> | undefined;
  /** Float32 words an example that forward leaves for backward. */
  readonly cache?: number | undefined;
  /** Types of input that it reads; all others are cast to float32 before. */
  readonly reads?: readonly DType[] | undefined;
  /** The output is the input itself in another shape: no kernel runs. */
  readonly alias?: boolean | undefined;
  /** Set by activations: losses look for the one that they absorb. */
  readonly activation?: string | undefined;
  /** Writes `y`. */
  forward(k: Kernels, at: PlaceOf<W>, run: Run): void;
  /** Adds to `dx` and to the gradients of weights, each only where its address is not 0. */
  backward(k: Kernels, at: PlaceOf<W>, run: Run): void;
  /** What is applied to the output before others see it. */
  readonly then?: Stage | undefined;
}

/** A layer as its author writes it: everything that is known before a model holds it. */
export interface LayerDefinition {
  readonly type: string;
  /** What is saved, and what the layer is made of again. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** @throws ERR_SHAPE if the layer cannot take such inputs. */
  build(input: Shape, ...further: Shape[]): Stage;
}

/** A function between layers, as stage of whatever shape it meets. */
export interface Activation {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Nothing for `linear`. */
  stage(shape: Shape): Stage | undefined;
}

/** The two words of a 53-bit seed. */
export const seedWords = (seed: number): readonly [low: number, high: number] => [
  (seed % 4294967296) | 0,
  Math.floor(seed / 4294967296),
];
