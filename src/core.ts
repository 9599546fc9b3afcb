/**
 * The universal entry without the table of names: what a program does not name, its bundle does not hold. A string
 * where a factory is expected is refused.
 */
export * as activations from "./activations.js";
export * as callbacks from "./callbacks/index.js";
export * as initializers from "./initializers/index.js";
export * as layers from "./layers/index.js";
export * as losses from "./losses/index.js";
export * as metrics from "./metrics/index.js";
export * as optimizers from "./optimizers/index.js";
export * as schedules from "./schedules/index.js";
export * as split from "./split/index.js";
export * as pruners from "./tune/pruners/index.js";
export * as search from "./tune/searches/index.js";
export * as space from "./tune/spaces.js";
export type { Callback, Plan, Trainee } from "./callbacks/callback.js";
export type { Logs } from "./compiled.js";
export type { AnyLoss, AnyMetric, CompileOptions } from "./compileOptions.js";
export { type Dataset, dataset } from "./dataset/dataset.js";
export { classWeights, oneHot, parseIdx, standardize, toCategorical } from "./data.js";
export {
  diagnose,
  type DiagnoseOptions,
  type Diagnosis,
  type Facts as DiagnosisFacts,
  type Finding,
} from "./diagnose.js";
export { engineInfo, ready } from "./engine.js";
export { type ErrorCode, GlissadeError } from "./error.js";
export type {
  EvaluateDatasetOptions,
  EvaluateOptions,
  FitDatasetOptions,
  FitOptions,
  PredictOptions,
} from "./fitOptions.js";
export {
  fromBytes,
  type FromBytesOptions,
  toBytes,
  type ToBytesOptions,
} from "./formats/glissade.js";
export type { History } from "./history.js";
export { type LRCurve, lrFind, type LRFindOptions } from "./lrFind.js";
export { type GraphNode, Layer, layer } from "./layer.js";
export type { Judged, Loss, LossFunction, LossRule } from "./losses/loss.js";
export type { Metric, MetricFunction, MetricRule } from "./metrics/metric.js";
export { type Minimum, type MinimizeStep, minimize, type ValueAndGradient } from "./minimize.js";
export type { AnyModel, Model } from "./model.js";
export { graph, type Sequential, sequential, train } from "./models.js";
export type { Gradients } from "./network.js";
export type { LearningRate, Optimizer, OptimizerRule, Schedule } from "./optimizers/optimizer.js";
export { classificationReport, confusionMatrix } from "./report.js";
export { randomSeed } from "./seed.js";
export type { RowFacts, Split, Splitter } from "./split/splitter.js";
export type {
  Activation,
  Initializer,
  InitializerFunction,
  LayerDefinition,
  Stage,
} from "./stage.js";
export type { Stream } from "./dataset/pass.js";
export type { Item } from "./stream.js";
export { type SummaryWriter, summaryWriter } from "./tensorboard/summaryWriter.js";
export {
  type Columns,
  columns,
  columnsFrom,
  type ColumnsJSON,
  type Encoding,
} from "./tabular/columns.js";
export { type EncodedLabels, encodeLabels } from "./tabular/encodeLabels.js";
export type { ColumnSpec, Schema, TabularRecord } from "./tabular/schema.js";
export { type Data, type FloatTensor, type Tensor, tensor } from "./tensor.js";
export { type Costs, type Threshold, threshold } from "./threshold.js";
export type { Epoch } from "./train.js";
export type { Executor } from "./tune/executor.js";
export { type Compared, compare, type CompareOptions, type Comparison } from "./tune/compare.js";
export { type Journal, memoryJournal } from "./tune/journal.js";
export type { RankedTrial, TuneJson, TuneResult } from "./tune/result.js";
export type { Pruner, Search } from "./tune/search.js";
export type { Distribution, HyperParameters, Space } from "./tune/space.js";
export { type Outcome, Study, type StudyPlan } from "./tune/study.js";
export type { Trial } from "./tune/trial.js";
export { tune, type TuneOptions } from "./tune/tune.js";
export type { TuneCallback } from "./tune/watch.js";
