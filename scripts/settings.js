import { losses, optimizers } from "glissade";

const { meanSquaredError, categoricalCrossentropy, f1 } = losses;
const { sgd, rmsprop, adam } = optimizers;

/**
 * Losses and optimizers of the main job. Rates and batch sizes were chosen by `scripts/choose-settings.js` on 10,000
 * held-out training rows; the test set had no part in it.
 */
export const combinations = [
  { loss: meanSquaredError(), optimizer: sgd({ learningRate: 1 }), batchSize: 32 },
  { loss: meanSquaredError(), optimizer: rmsprop({ learningRate: 0.002 }), batchSize: 32 },
  { loss: meanSquaredError(), optimizer: adam({ learningRate: 0.001 }), batchSize: 32 },
  { loss: categoricalCrossentropy(), optimizer: sgd({ learningRate: 0.1 }), batchSize: 32 },
  { loss: categoricalCrossentropy(), optimizer: rmsprop({ learningRate: 0.002 }), batchSize: 32 },
  { loss: categoricalCrossentropy(), optimizer: adam({ learningRate: 0.002 }), batchSize: 32 },
  { loss: f1(), optimizer: sgd({ learningRate: 1 }), batchSize: 128 },
  { loss: f1(), optimizer: rmsprop({ learningRate: 0.002 }), batchSize: 64 },
  { loss: f1(), optimizer: adam({ learningRate: 0.001 }), batchSize: 64 },
];
