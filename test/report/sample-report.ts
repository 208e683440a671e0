import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { chartSvg } from '../../lib/notebook/chart';
import type { ChartSpec } from '../../lib/plots/theme';
import type { ReportOptions } from '../../lib/report/build';
import { plots } from '../plots/samples';

type Cell = Record<string, unknown>;
let cells = 0;

export const prose = (source: string, more: Cell = {}): Cell => ({
  cell_type: 'markdown',
  id: `cell-${++cells}`,
  metadata: {},
  source: source.match(/[^\n]*\n|[^\n]+$/g) ?? [],
  ...more,
});

export const code = (source: string, outputs: readonly Cell[] = [], tags: readonly string[] = []): Cell => ({
  cell_type: 'code',
  id: `cell-${++cells}`,
  metadata: tags.length ? { tags } : {},
  execution_count: cells,
  source,
  outputs,
});

export const printed = (text: string, name = 'stdout'): Cell => ({
  output_type: 'stream',
  name,
  text: [text],
});

export const displayed = (data: Cell): Cell => ({ output_type: 'display_data', data, metadata: {} });

export const charted = (spec: ChartSpec): Cell =>
  displayed({
    'application/vnd.vegalite.v5+json': spec,
    'image/svg+xml': [chartSvg(spec)],
    'text/plain': ['[chart]'],
  });

/** Writes a notebook as Jupyter saves it. */
export async function writeNotebookFile(file: string, cells: readonly Cell[]): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const metadata = {
    kernelspec: { name: 'xray-transfer', language: 'typescript', display_name: 'TypeScript' },
  };
  await writeFile(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
  return file;
}

/** A folder of its own below the system's temporary one. */
export const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'report-'));

const noise = Uint8Array.from({ length: 480 * 320 }, (_, i) => ((i * 2654435761) >>> 24) & 0x7f);
const collage = () =>
  sharp(noise, { raw: { width: 480, height: 320, channels: 1 } })
    .blur(2)
    .png()
    .toBuffer();

const table = `<table><thead><tr><th>class</th><th>source</th><th style="text-align: right">pictures</th><th>patients</th></tr></thead>
<tbody><tr><td>covid</td><td>covid-chestxray-dataset</td><td>68</td><td>44</td></tr>
<tr><td>normal</td><td>kaggle</td><td>69</td><td>69</td></tr></tbody></table>`;

const diagram = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 160"><rect width="640" height="160" rx="10" fill="#eef1f5"/>
<text x="320" y="88" text-anchor="middle" font-family="sans-serif" font-size="24" fill="#222">a diagram</text></svg>`;

const confusions: Readonly<Record<string, number[][]>> = {
  vgg16: [
    [13, 0],
    [1, 13],
  ],
  vgg19: [
    [12, 1],
    [1, 13],
  ],
  resnet50: [
    [13, 0],
    [14, 0],
  ],
  resnet50v2: [
    [13, 0],
    [0, 14],
  ],
};
const titles: Readonly<Record<string, string>> = {
  vgg16: 'VGG16',
  vgg19: 'VGG19',
  resnet50: 'ResNet50',
  resnet50v2: 'ResNet50V2',
};
const runs = Object.entries(confusions).map(([backbone, confusion], i) => ({
  backbone,
  title: titles[backbone]!,
  weights: 'random',
  synthetic: true,
  classes: ['covid', 'normal'],
  evaluation: evaluateConfusion(confusion, ['covid', 'normal']),
  seconds: 9.4 + 7 * i,
}));

/** Notebooks like those of this project, with every kind of output, and what a report of them is made with. */
export async function sampleReport(folder: string): Promise<ReportOptions> {
  const notebooks = path.join(folder, 'notebooks');
  await mkdir(path.join(folder, 'notebook_images'), { recursive: true });
  await writeFile(path.join(folder, 'notebook_images', 'diagram.svg'), diagram);
  const introduction = await writeNotebookFile(path.join(notebooks, '01-introduction.ipynb'), [
    prose(
      '# Deep transfer learning on chest X-rays\n\nA network that has learned to see on **a million photographs** is taken as it is; only a small head on top of it is trained, on a hundred X-rays. The next notebook builds the [data](02-datasets.ipynb), and [its caveats](02-datasets.ipynb#What-the-data-cannot-show) are worth reading first. The article is [on the web](https://example.org/article), the [licence](../LICENSE) is not in here.',
    ),
    prose(
      '## What a convolution does\n\n![A small grid slides over the picture](../notebook_images/diagram.svg)\n\n1. Look at `3 × 3` pixels.\n2. Multiply, add.\n3. Move on.\n\n> A feature map is what remains.',
    ),
    code(
      "import { loadDataset, splitDataset, show } from '../dist/index';\n\nconst params = { seed: 42, backbone: 'vgg16', epochs: 25 };",
      [],
      ['parameters'],
    ),
    prose(
      '## Limits\n\n| what | shown by |\n|---|---|\n| patients on both sides | notebook 2 |\n| the thumbnail alone gets 0.97 | notebook 8 |',
    ),
  ]);
  const datasets = await writeNotebookFile(path.join(notebooks, '02-datasets.ipynb'), [
    prose('# Two datasets, one folder\n\nPictures, their patients and where they come from.'),
    prose('## Build'),
    code("const xrays = await loadDataset('../dataset/demo'); // phantoms\nshow(xrays);", [
      printed('\u001b[32mread\u001b[0m 10 of 137\rread 80 of 137\rread 137 of 137\n'),
      printed('1 listed file is missing: 000001-27.jpg\n', 'stderr'),
      displayed({ 'text/html': [table], 'text/plain': ['class source pictures'] }),
    ]),
    code('show(plots.classCounts(xrays));', [charted(plots.counts)]),
    prose('## What the data cannot show\n\nA collage of each class.'),
    code('show(await collage(xrays));', [
      displayed({
        'image/png': (await collage()).toString('base64'),
        'text/plain': '[Six phantoms of each class]',
      }),
    ]),
  ]);
  const model = await writeNotebookFile(path.join(notebooks, '04-vgg16.ipynb'), [
    prose('# VGG16\n\nThe same cells for every network.'),
    prose('## Train'),
    code(
      "const model = await transferLearn(split, { backbone: 'vgg16', preset: 'article' });\nshow(plots.history(model.history));",
      [
        printed(
          `${Array.from({ length: 25 }, (_, i) => `epoch ${i + 1} loss ${(0.7 * Math.exp(-i / 6)).toFixed(4)}`).join('\n')}\n`,
        ),
        charted(plots.history),
      ],
    ),
    prose('## Evaluate'),
    code('show(plots.confusionMatrix(evaluation));', [
      charted(plots.confusion),
      charted(plots.confusionOfThree),
    ]),
    code('show(plots.notCovid(tests));', [charted(plots.notCovid)]),
  ]);
  const comparison = await writeNotebookFile(path.join(notebooks, '09-comparison.ipynb'), [
    prose(
      '# All runs side by side\n\nWhat the article had, and what this run has. Back to [VGG16](04-vgg16.ipynb).',
    ),
    code('show(plots.comparison(runs)); show(plots.baselines(baselines));', [
      charted(plots.comparison),
      charted(plots.baselines),
    ]),
    code("await openModel('models/none');", [
      {
        output_type: 'error',
        ename: 'InputError',
        evalue: 'models/none is no model folder: it has no manifest.json; train one first',
        traceback: ['\u001b[31mInputError\u001b[0m: models/none is no model folder', '    at cell 3, line 1'],
      },
    ]),
  ]);
  return {
    notebooks: [introduction, datasets, model, comparison],
    output: path.join(folder, 'report', 'index.html'),
    environment: {
      rows: [
        ['Back end', 'tensorflow 2.19.1 (CPU)'],
        ['Versions', 'Node v20.20.2, TensorFlow.js 4.22.0'],
        ['dataset/demo/covid', 'SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
      ],
    },
    notices: [
      {
        label: 'Synthetic data',
        text: 'The pictures are **phantoms drawn by code**, not X-rays of people; figures show that the method runs, not that it works.',
      },
      {
        label: 'Random weights',
        text: 'ImageNet weights were not at hand; run `npm run weights` and run this again.',
      },
      'Computed by TensorFlow on 2 CPU cores, because no GPU was found.',
    ],
    summary: {
      answers: [['On what', '137 phantoms of two classes, split by patient.']],
      runs,
    },
  };
}
