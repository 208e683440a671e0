import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { visibleLine } from '../core/visible';
import type { DatasetReport } from '../dataset/dataset-report';
import { addStrict } from './refused';
import { names, type Outcome, run, whole } from './run';

/** Lines of a kind, a score at most: of a collection that is there in part, tens of thousands would be listed. */
const listed = (kind: string, lines: readonly string[]): string[] => [
  ...lines.slice(0, 20).map((line) => `  ${kind}: ${visibleLine(line)}`),
  ...(lines.length > 20 ? [`  ${kind}: ${lines.length - 20} more; --json lists them`] : []),
];

/** "covid=COVID-19" one after another, as a record. */
const pairs = (text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('give NAME=VALUE, such as covid=COVID-19');
  return { ...before, [name.trim()]: value.trim() };
};

/** What a builder did, line by line. @param counted what its rows are, where some may not be taken */
function outcome(report: DatasetReport, counted?: string): Outcome {
  const { rows, taken, to, missing, unreadable = [], duplicates } = report;
  const wanted = counted ? `${rows} ${counted}: ` : '';
  const skipped = Object.entries(report.skipped).map(([reason, count]) => `  left out, ${reason}: ${count}`);
  return {
    json: report,
    text: [
      `${wanted}${taken} pictures taken, in ${to}`,
      ...skipped,
      ...listed('listed but missing', missing),
      ...listed('cannot be read', unreadable),
      ...listed(
        'identical pictures',
        duplicates.map((files) => files.join(' = ')),
      ),
    ].join('\n'),
  };
}

/** What the rows of the COVID-19 collection are. */
const covidRows = 'rows of X-rays with finding and view';

/** `data covid|kaggle|table|demo|fetch`: builds class folders. */
export function addData(program: Command): void {
  const data = program.command('data').description('build a dataset of class folders');
  addStrict(data.command('covid'))
    .description("the article's builder over a copy of ieee8023/covid-chestxray-dataset")
    .requiredOption('--from <folder>', 'the copy, with metadata.csv and images/')
    .option('--to <folder>', 'class folder to write', 'dataset/covid')
    .option('--finding <name>', 'finding to take', 'COVID-19')
    .option('--view <name>', 'projection to take', 'PA')
    .option('--json', 'print one JSON object')
    .action(({ from, to, finding, view, strict }, command: Command) =>
      run(command, async (work) => {
        const { createCovidDataset } = await import('../dataset/create-covid-dataset.js');
        return outcome(await createCovidDataset(from, to, { finding, view, strict, ...work }), covidRows);
      }),
    );
  addStrict(data.command('kaggle'))
    .description("the article's sampler over Kaggle's chest X-ray folders")
    .requiredOption('--from <folder>', 'the folder with train/ and test/')
    .addOption(
      new Option('--class <name>', 'class to take').choices(['NORMAL', 'PNEUMONIA']).makeOptionMandatory(),
    )
    .requiredOption('--count <n>', 'how many pictures', whole('count', 1))
    .addOption(
      new Option('--part <name>', 'folder to take from').choices(['train', 'test', 'all']).default('train'),
    )
    .option('--seed <n>', 'seed of the sample', whole('seed', 0), 42)
    .option('--to <folder>', 'class folder to write (default: dataset/normal or dataset/pneumonia)')
    .option('--json', 'print one JSON object')
    .action(({ from, to, class: className, count, part, seed, strict }, command: Command) =>
      run(command, async (work) => {
        const { createKaggleDataset } = await import('../dataset/create-kaggle-dataset.js');
        const folder =
          to ?? path.join('dataset', ...(part === 'test' ? ['test'] : []), className.toLowerCase());
        const report = await createKaggleDataset(from, folder, {
          className,
          count,
          part,
          seed,
          strict,
          ...work,
        });
        return outcome(report, `files of ${className}`);
      }),
    );
  addStrict(data.command('table'))
    .description('class folders from a table of your own (CSV) and a folder of pictures')
    .requiredOption('--from <file>', 'the table, with a header')
    .requiredOption('--images <folder>', 'the pictures, also in folders of it; JPEG, PNG or DICOM')
    .requiredOption('--file <column>', "column with the picture's file name")
    .requiredOption('--label <column>', 'column with what it is called; several names separated by |')
    .requiredOption('--class <name=label...>', 'class folders, and the label of each', pairs)
    .option('--patient <column>', 'column with the patient; kept as a hash')
    .option('--view <column>', 'column with the projection')
    .option('--where <column=value...>', 'take only rows with these values', pairs)
    .option('--keep <columns>', 'further columns to keep in records.csv, such as age,sex', names)
    .option('--source <name>', "name of the collection (default: the table's)")
    .option('--to <folder>', 'dataset to write', 'dataset')
    .option('--json', 'print one JSON object')
    .action(
      ({ from, to, images, class: classes, where, keep, source, strict, ...columns }, command: Command) =>
        run(command, async (work) => {
          const { createTableDataset } = await import('../dataset/create-table-dataset.js');
          const { file, label, patient, view } = columns;
          const options = {
            images,
            classes,
            where,
            keep,
            source,
            strict,
            columns: { file, label, patient, view },
          };
          return outcome(await createTableDataset(from, to, { ...options, ...work }), 'rows');
        }),
    );
  data
    .command('demo')
    .description('synthetic chest phantoms, drawn here: the embedded default')
    .option('--to <folder>', 'dataset to write', 'dataset')
    .option('--count <n>', 'pictures a class', whole('count', 1, 100_000), 69)
    .option(
      '--test-count <n>',
      'further normal and pneumonia pictures each, for the last test',
      whole('test-count', 0, 100_000),
      60,
    )
    .option('--seed <n>', 'seed of the drawing', whole('seed', 0), 42)
    .option('--json', 'print one JSON object')
    .action(({ to, count, testCount, seed }, command: Command) =>
      run(command, async (work) => {
        const { createDemoDataset } = await import('../dataset/create-demo-dataset.js');
        return outcome(await createDemoDataset(to, { count, test: testCount, seed, ...work }));
      }),
    );
  data
    .command('fetch', { isDefault: true })
    .description(
      'download ieee8023/covid-chestxray-dataset at the pinned commit, and build dataset/covid from it',
    )
    .option('--to <folder>', 'class folder to write', 'dataset/covid')
    .option('--json', 'print one JSON object')
    .action(({ to }, command: Command) =>
      run(command, async (work) => {
        const { fetchCovidSource } = await import('../dataset/fetch-covid-source.js');
        const { createCovidDataset } = await import('../dataset/create-covid-dataset.js');
        const { cacheFolder } = await import('../core/settings.js');
        const source = path.join(cacheFolder(), 'covid-chestxray-dataset');
        await fetchCovidSource(source, work);
        return outcome(await createCovidDataset(source, to, work), covidRows);
      }),
    );
}
