#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit';
import { addCache } from './commands/cache';
import { addCrossValidate } from './commands/cross-validate';
import { addData } from './commands/data';
import { addDemo } from './commands/demo';
import { addDoctor } from './commands/doctor';
import { addEvaluate } from './commands/evaluate';
import { addExport } from './commands/export';
import { addFeatures } from './commands/features';
import { addGrid } from './commands/grid';
import { addNew } from './commands/new';
import { addPredict } from './commands/predict';
import { addPretrain } from './commands/pretrain';
import { addQueue } from './commands/queue';
import { addReport } from './commands/report';
import { writeError } from './commands/run';
import { guardStreams } from './commands/standard-streams';
import { addTrain } from './commands/train';
import { addWeights } from './commands/weights';
import { addWorker } from './commands/worker';
import { educationOnly } from './core/education-only';

const { version }: { version: string } = require('../package.json');

guardStreams();

const program = new Command('xray-transfer')
  .description(`Deep transfer learning on chest X-rays. ${educationOnly}`)
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .configureOutput({ writeErr: writeError })
  .exitOverride();
for (const add of [
  addDoctor,
  addData,
  addNew,
  addWeights,
  addPretrain,
  addTrain,
  addEvaluate,
  addCrossValidate,
  addPredict,
  addFeatures,
  addExport,
  addDemo,
  addAudit,
  addGrid,
  addWorker,
  addQueue,
  addCache,
  addReport,
])
  add(program);
const overrideAll = (command: Command) => {
  command.exitOverride();
  command.commands.forEach(overrideAll);
};
overrideAll(program);

program.parseAsync().catch((error) => {
  // Commander has printed what is wrong; help and version are no errors.
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode !== 0) process.exitCode = 2;
});
