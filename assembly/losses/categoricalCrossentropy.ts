import { crossentropyLogits, crossentropyProbabilities, Shares } from "./crossentropy";

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
  crossentropyProbabilities<Shares>(
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
  crossentropyLogits<Shares>(
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
