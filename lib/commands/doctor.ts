import type { Command } from 'commander';
import { run } from './run';

/** `doctor`: what computes here and why nothing faster; kernel, weights and data that were found. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what was found: back end, GPU, kernel, weights, data')
    .option('--json', 'print one JSON object')
    .action((_, command: Command) =>
      run(command, async () => {
        const { examine } = await import('../report/examine.js');
        const found = await examine();
        const weights = Object.entries(found.weights).map(([name, at]) => `  ${name}: ${at ?? 'not here'}`);
        const classesOf = (data: { readonly classes: Readonly<Record<string, number>> }) =>
          Object.entries(data.classes).map(([name, count]) => `  ${name}: ${count} pictures`);
        const classes = classesOf(found.data);
        const { otherData } = found;
        const text = [
          `back end: ${found.backend ?? 'none'}${found.tensorflow ? ` (TensorFlow ${found.tensorflow})` : ''}`,
          `GPU: ${found.gpu ?? 'none in use'}`,
          `why: ${found.reason}`,
          `Node: ${found.node}`,
          `JupyterLab: ${found.jupyterlab ?? 'not here; run `npm run setup`'}`,
          `kernel: ${found.kernel ?? found.kernelProblem}`,
          'pretrained weights:',
          ...weights,
          `data in ${found.data.folder}:`,
          ...(classes.length
            ? classes
            : ['  none yet; `npm start` makes phantoms, `npm run data` fetches X-rays']),
          ...(otherData ? [`more in ${otherData.folder}:`, ...classesOf(otherData)] : []),
        ].join('\n');
        return { json: found, text, failed: found.backend === null };
      }),
    );
}
