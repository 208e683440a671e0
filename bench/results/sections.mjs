import * as article from './article.mjs';
import * as audit from './audit.mjs';
import * as crossValidation from './cross-validation.mjs';
import * as learningCurves from './learning-curves.mjs';
import * as notCovid from './not-covid.mjs';
import * as oneSource from './one-source.mjs';
import * as pretraining from './pretraining.mjs';
import * as transfer from './transfer.mjs';
import * as waysOfTraining from './ways-of-training.mjs';

/**
 * The sections of docs/results.md by name, in order. Each computes plain figures from the pictures, and renders figures
 * as lines of Markdown.
 */
export const sections = {
  transfer,
  pretraining,
  'learning-curves': learningCurves,
  'ways-of-training': waysOfTraining,
  'cross-validation': crossValidation,
  'one-source': oneSource,
  'not-covid': notCovid,
  audit,
  article,
};
