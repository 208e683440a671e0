import { type Command, InvalidArgumentError } from 'commander';
import { asError } from '../core/check';
import { educationOnly } from '../core/education-only';
import { addStrict } from './refused';
import { run } from './run';

const collect = (value: string, former: readonly string[] = []): string[] => [...former, value];

/** `report`: runs the notebooks and writes one HTML file. */
export function addReport(program: Command): void {
  addStrict(program.command('report'))
    .description('runs the notebooks and writes report/index.html')
    .option('--data <data>', 'demo, or a dataset folder (default: the dataset that was built, else demo)')
    .option('--project <folder>', 'run the notebooks of a project made by "new" instead')
    .option('--out <folder>', 'where to write (default: report, in the project if one is named)')
    .option('--pdf', 'print it as report.pdf too, by Chromium')
    .option('--notebook <name>', 'only this notebook, such as vgg16; again for more (default: all)', collect)
    .option('--set <name=value>', 'a parameter of theirs, such as epochs=10; again for more', collect)
    .option('--json', 'print one JSON object')
    .action(({ data, project, out, pdf: printed, notebook, set, strict }, command: Command) =>
      run(command, async (work) => {
        const { chooseNotebooks } = await import('../report/choose-notebooks.js');
        const chosen = await chooseNotebooks(notebook, set, project).catch((error) => {
          throw new InvalidArgumentError(asError(error).message);
        });
        const { runReport } = await import('../report/run-report.js');
        const { file, bytes, pdf, notebooks, seconds } = await runReport({
          data,
          project,
          out,
          pdf: printed,
          chosen,
          strict,
          ...work,
        });
        const failed = notebooks.filter(({ ok }) => !ok);
        const text = [
          ...notebooks.map(({ name, ok, seconds: took, error }) =>
            ok
              ? `${name}: ${took.toFixed(1)} s`
              : `${name}: failed in cell ${error?.cell}: ${error?.message}`,
          ),
          `Report: ${file} (${(bytes / 1e6).toFixed(1)} MB, ${Math.round(seconds)} s). ${educationOnly}`,
          ...(pdf ? [`To print: ${pdf.file} (${(pdf.bytes / 1e6).toFixed(1)} MB)`] : []),
          'Go on: `npm run lab` opens the notebooks; README.md says how to use real X-rays and ImageNet weights.',
        ];
        return {
          json: { file, bytes, pdf, notebooks, seconds },
          text: text.join('\n'),
          failed: failed.length > 0,
        };
      }),
    );
}
