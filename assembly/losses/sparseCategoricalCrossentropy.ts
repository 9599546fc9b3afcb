import { crossentropyLogits, crossentropyProbabilities } from "./crossentropy";

export function sparseCategoricalCrossentropy(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  labelSmoothing: f32,
  epsilon: f32,
): void {
  crossentropyProbabilities(
    true,
    from,
    to,
    cols,
    prediction,
    target,
    rowWeight,
    loss,
    gradient,
    labelSmoothing,
    epsilon,
  );
}

export function sparseCategoricalCrossentropyLogits(
  from: i32,
  to: i32,
  cols: i32,
  prediction: usize,
  target: usize,
  rowWeight: usize,
  loss: usize,
  gradient: usize,
  labelSmoothing: f32,
): void {
  crossentropyLogits(
    true,
    from,
    to,
    cols,
    prediction,
    target,
    rowWeight,
    loss,
    gradient,
    labelSmoothing,
  );
}
