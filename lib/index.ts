export type { Audit, AuditTest } from './audit/audit';
export { auditDataset } from './audit/audit-dataset';
export { describeBackend } from './compute/describe-backend';
export { InputError } from './core/check';
export { seededRandom } from './core/random';
export { datasetFolder, modelsFolder } from './core/settings';
export { createArticleDataset } from './dataset/create-article-dataset';
export { createCovidDataset } from './dataset/create-covid-dataset';
export { createDemoDataset } from './dataset/create-demo-dataset';
export { createKaggleDataset } from './dataset/create-kaggle-dataset';
export { findDuplicates } from './dataset/find-duplicates';
export { loadDataset } from './dataset/load-dataset';


export { lungMask } from './dataset/lung-mask';


export { markPictures } from './dataset/mark-pictures';


export { patientFolds } from './dataset/patient-folds';
export { phantomMasks } from './dataset/phantom-masks';
export { readPixels } from './dataset/read-pixels';
export { type SourceFold, sourceFolds } from './dataset/source-folds';
export { splitDataset } from './dataset/split-dataset';
export { isSynthetic, type Pixels, type Split, type Xray } from './dataset/xray';
export { auroc } from './evaluation/auroc';
export { averagePrecision } from './evaluation/average-precision';
export { binaryBrier, brier } from './evaluation/brier';
export { calibrationCurve } from './evaluation/calibration-curve';
export { calibrationError } from './evaluation/calibration-error';
export { classificationReport } from './evaluation/classification-report';
export { clusteredBootstrap, clusteredShare } from './evaluation/clustered-bootstrap';
export { compareAurocs, delongAuroc } from './evaluation/delong';
export type { Evaluation } from './evaluation/evaluation';
export { formatFigure } from './evaluation/format-figure';
export { mcnemar } from './evaluation/mcnemar';
export { chooseThreshold, operatingPoint } from './evaluation/operating-point';
export { permutationScores } from './evaluation/permutation-scores';
export { precisionRecallCurve } from './evaluation/precision-recall-curve';
export { rocCurve } from './evaluation/roc-curve';
export { oneVsRest, type ScoredPictures } from './evaluation/scored-pictures';
export { thresholdTable } from './evaluation/threshold-table';
export { wilson } from './evaluation/wilson';
export { convolvePicture } from './explain/convolve-picture';
export type { Explanation } from './explain/explanation';
export { featureMaps } from './explain/feature-maps';
export { gradCam } from './explain/grad-cam';
export { hitsAndMisses } from './explain/hits-and-misses';
export { insideShare } from './explain/inside-share';
export { kernelPictures } from './explain/kernel-pictures';
export { labelRandomization } from './explain/label-randomization';
export { occlusion } from './explain/occlusion';
export { topLosses } from './explain/top-losses';
export { weightRandomization } from './explain/weight-randomization';
export { describeNetwork } from './networks/describe-network';
export { weightsAtHand } from './networks/weights-at-hand';
export { collage } from './notebook/collage';
export { parameters } from './notebook/parameters';
export { progressBar } from './notebook/progress-bar';
export { show } from './notebook/show';
export { table } from './notebook/table';
export * as plots from './plots/plots';
export { pretrain } from './pretrain/pretrain';
export { compareCrossValidations } from './transfer/compare-cross-validations';
export { compareVariants } from './transfer/compare-variants';
export { type CrossValidation, crossValidate } from './transfer/cross-validate';
export { type Decision, decisionThreshold } from './transfer/decision-threshold';
export {
  evaluate,
  evaluateNotCalled,
  type ScoredXrays,
  scorePictures,
  unseenPictures,
} from './transfer/evaluate';
export { findLearningRate } from './transfer/find-learning-rate';
export { fineTune } from './transfer/fine-tune';
export type { History } from './transfer/history';
export { type KeptRun, keptRuns } from './transfer/kept-runs';
export { type LearningPoint, learningCurve } from './transfer/learning-curve';
export { leaveSourceOut, type SourceRun } from './transfer/leave-source-out';
export { loadModel } from './transfer/load-model';
export type { Prediction, TransferModel } from './transfer/model';
export { permutationTest } from './transfer/permutation-test';
export { presets } from './transfer/preset';
export { transferLearn } from './transfer/transfer-learn';
