import { crossentropyLogits, crossentropyProbabilities } from "./crossentropy";

export function categoricalCrossentropy(
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
    false,
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

export function categoricalCrossentropyLogits(
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
    false,
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
