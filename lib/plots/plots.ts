/** All charts under short names: `plots.history(model.history)`. Each makes a Vega-Lite specification; `show` draws it. */
export { auditChart as audit } from './audit-chart';
export { baselinesChart as baselines } from './baselines-chart';
export { calibrationChart as calibration } from './calibration-chart';
export { classCounts } from './class-counts';
export { comparisonChart as comparison } from './comparison-chart';
export { confusionMatrixChart as confusionMatrix } from './confusion-matrix-chart';
export { historyChart as history } from './history-chart';
export { insideShareChart as insideShare } from './inside-share-chart';
export { learningCurvesChart as learningCurves } from './learning-curves-chart';
export { learningRateChart as learningRate } from './learning-rate-chart';
export { notCovidChart as notCovid } from './not-covid-chart';
export { precisionRecallChart as precisionRecall } from './precision-recall-chart';
export { randomizationChart as randomization } from './randomization-chart';
export { rocChart as roc } from './roc-chart';
export { thresholdsChart as thresholds } from './thresholds-chart';
export { variantsChart as variants } from './variants-chart';
