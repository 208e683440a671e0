import path from 'node:path';
import type { Command } from 'commander';
import { openModel } from './open-model';
import { run, syntheticRemark } from './run';

/** `export MODEL`: a trained model as one network for browsers and other programs. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('writes a model as one tfjs layers-model, base and head, with all there is to know of it')
    .argument('<model>', 'model folder')
    .option('--out <folder>', 'where to write (default: the model folder’s name with -export)')
    .option('--json', 'print one JSON object')
    .action((folder: string, { out }: { out?: string }, command: Command) =>
      run(command, async (work) => {
        const { checkExportFolder, exportModel } = await import('../transfer/export-model.js');
        const { readFigures } = await import('../transfer/read-figures.js');
        const to = path.resolve(out ?? `${path.resolve(folder)}-export`);
        await checkExportFolder(to);
        const model = await openModel(folder, work);
        const description = await exportModel(model, to, await readFigures(folder));
        const { title, classes, inputSize, preprocessing, resize, synthetic, files, notice } = description;
        const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
        const text = [
          `${title}: ${Object.keys(files).length} files, ${(bytes / 1e6).toFixed(1)} MB, in ${to}`,
          ...syntheticRemark(synthetic),
          `See it in a browser: npx xray-transfer demo ${path.relative('.', to) || '.'}`,
          notice,
        ];
        return {
          json: {
            export: to,
            title,
            classes,
            inputSize,
            preprocessing,
            resize,
            synthetic,
            bytes,
            files,
            notice,
          },
          text: text.join('\n'),
        };
      }),
    );
}
