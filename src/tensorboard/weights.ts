import type { Feed } from "../feed.js";
import type { Network } from "../network.js";
import { weightPicture } from "./draw.js";
import { histogramOf } from "./histogram.js";
import { histogram, image, type Value } from "./summaries.js";

/** How the weights are spread, by `<layer>/<weight>/histogram`, and how they look. */
export function weightValues({ program }: Network, withImages: boolean): Value[] {
  return program.weights.flatMap(({ layer, index, path, shape, count }) => {
    const numbers = program.run.floats(layer.addresses[index]!, count);
    const picture = withImages ? weightPicture(numbers, shape) : undefined;
    return [
      histogram(`${path}/histogram`, histogramOf(numbers)),
      ...(picture ? [image(`${path}/image`, picture)] : []),
    ];
  });
}

/**
 * How the gradients are spread that the first `batchSize` rows of a feed give to what trains, by
 * `<layer>/<weight>/gradient`, before clipping. Call the first function when a fit begins, the second between epochs:
 * running losses and metrics begin anew.
 */
export function gradientsOf({ compiled, program }: Network, feed: Feed, batchSize: number) {
  const trained = compiled!.begin();
  const batch = { feed, order: undefined, start: 0, rows: Math.min(batchSize, feed.rows) };
  return (): Value[] => {
    compiled!.reset("train");
    compiled!.slopes(batch);
    return trained.map(({ path, gradient, count }) =>
      histogram(`${path}/gradient`, histogramOf(program.run.floats(gradient, count))),
    );
  };
}
