import { execFileSync } from 'node:child_process';
import MarkdownIt from 'markdown-it';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { modelCard } from '../../lib/transfer/model-card';
import { presets } from '../../lib/transfer/preset';
import type { TrainedParts } from '../../lib/transfer/trained-parts';
import { sampleAudit } from '../audit/sample-audit';
import { pythonWith } from '../networks/peers';

const partsOf = (classes: readonly string[], more: Partial<TrainedParts> = {}): TrainedParts => ({
  classes,
  backbone: {
    name: 'mobilenet',
    title: 'MobileNet',
    cut: 'conv_pw_12_relu',
    weights: 'imagenet',
    weightsHash: 'c'.repeat(64),
    seed: 42,
    preprocessing: 'tf',
    fineTuned: false,
  },
  preset: 'sound',
  parameters: presets.sound,
  seed: 42,
  history: { epochs: [], bestEpoch: 1 },
  seconds: { features: 1, head: 1, total: 2 },
  seen: { grouping: 'patient', train: ['x', 'y', 'z'], validation: ['v'], test: ['t', 'u'] },
  synthetic: false,
  interrupted: false,
  head: { layers: [] },
  ...more,
});
const evaluationOf = (classes: readonly string[]) =>
  evaluatePredictions(
    [classes[0]!, classes[0]!, classes[1]!],
    [
      [0.9, 0.1],
      [0.3, 0.7],
      [0.2, 0.8],
    ],
    classes,
  );
const dataOf = (classes: readonly string[]): TrainedParts['data'] =>
  classes.map((label, k) => ({
    label,
    train: 2 - k,
    validation: k,
    test: 1,
    pictures: 3,
    patients: 3,
    sources: [k ? 'kaggle-chest-xray' : 'covid-chestxray-dataset'],
    views: k ? [] : ['AP', 'PA'],
    licenses: k ? ['CC BY 4.0'] : ['CC BY-NC-SA', 'CC0'],
  }));
const frontMatter = (card: string): string => /^---\n([\s\S]*?)\n---\n/.exec(card)![1]!;
const python = pythonWith('yaml');
const readByPython = (text: string) =>
  JSON.parse(
    execFileSync(
      python!,
      ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin.read())))'],
      {
        input: text,
        encoding: 'utf8',
      },
    ),
  );

describe('modelCard', () => {
  const classes = ['covid', 'normal'];
  const card = modelCard(partsOf(classes), evaluationOf(classes), sampleAudit);

  test('says what it is for, the data, the split, figures with intervals, the audit, the limits', () => {
    expect(card).toContain('**For education only, never for diagnosis.**');
    expect(card).toContain('| 3 | 1 | 2 |');
    expect(card).toContain('Split by patient: nobody stands on two sides.');
    expect(card).toContain('accuracy 0.667 [0.208, 0.939]');
    expect(card).toContain(sampleAudit.expectation);
    expect(card).toContain(
      '| Border only | AUROC 0.95 \\[0.91, 0.99\\] | flagged | Words on Border only. | flagged if 0.80 or more |',
    );
    expect(card).toMatch(
      /AUROC 1\.000 \[.*\], AUPRC 1\.000 \[.*\], expected calibration error 0\.\d+ \[.*\], Brier's score 0\.\d+ \[.*\], log loss 0\.\d+ \[/,
    );
    expect(card).toContain('## Limits');
    expect(card).not.toMatch(/synthetic|random weights|interrupted/i);
  });

  test('says of each class how many pictures and patients, from where, which views, under which licences', () => {
    const known = modelCard(partsOf(classes, { data: dataOf(classes) }), evaluationOf(classes), null);
    expect(known).toContain(
      '| class | training | validation | test | patients | sources | views | licences of the pictures |',
    );
    expect(known).toContain(
      '| covid | 2 | 0 | 1 | 3 | covid\\-chestxray\\-dataset | AP, PA | CC BY\\-NC\\-SA, CC0 |',
    );
    expect(known).toContain(
      '| normal | 1 | 1 | 1 | 3 | kaggle\\-chest\\-xray | not in the records | CC BY 4.0 |',
    );
    expect(known).toContain('| all | 3 | 1 | 2 |');
  });

  test('without figures and audit says so', () => {
    const bare = modelCard(partsOf(classes), null, null);
    expect(bare).toContain('It was not evaluated.');
    expect(bare).toContain('None was made. `xray-transfer audit --dataset DIR --keep`');
    const other = modelCard(partsOf(classes), null, 'of other pictures');
    expect(other).toContain('One exists, for other pictures or classes than those of this model');
    expect(other).not.toContain('None was made');
  });

  test('says what must not be forgotten', () => {
    const { backbone } = partsOf(classes);
    const doubtful = modelCard(
      partsOf(classes, {
        synthetic: true,
        interrupted: true,
        preset: 'article',
        backbone: { ...backbone, weights: 'random' },
        seen: { grouping: 'image', train: [], validation: [], test: [] },
      }),
      null,
      null,
    );
    for (const word of [
      'Synthetic data',
      'Random weights',
      'Interrupted',
      'Article preset',
      'Split picture by picture',
    ])
      expect(doubtful).toContain(word);
  });

  test('names no folder of this machine', () => {
    const { backbone } = partsOf(classes);
    const own = modelCard(
      partsOf(classes, { backbone: { ...backbone, weights: '/home/somebody/net.h5' } }),
      null,
      null,
    );
    expect(own).toContain('net.h5');
    expect(own).not.toContain('somebody');
  });

  test.skipIf(!python)("has Hugging Face's model-index (skipped where PyYAML is not at hand)", () => {
    const data = readByPython(frontMatter(card));
    expect(data).toMatchObject({ library_name: 'xray-transfer', pipeline_tag: 'image-classification' });
    const [{ name, results }] = data['model-index'];
    expect(name).toBe('MobileNet, covid / normal');
    expect(results[0].task.type).toBe('image-classification');
    expect(results[0].dataset).toMatchObject({ type: 'imagefolder', name: 'chest X-rays: covid / normal' });
    for (const metric of results[0].metrics) {
      expect(metric.type).toBeTypeOf('string');
      expect(metric.value).toBeTypeOf('number');
      expect(metric.name).toMatch(/95 % interval \d\.\d{3} to \d\.\d{3}$/);
    }
    expect(results[0].metrics[0]).toMatchObject({ type: 'accuracy', value: 2 / 3 });
  });

  // What huggingface_hub asks of a card when it reads it (repocard_data.py: model_index_to_eval_results and EvalResult)
  // and of its front matter (repocard.py: the block between two lines of ---).
  const modelIndex = z
    .array(
      z.object({
        name: z.string().min(1),
        results: z.array(
          z.object({
            task: z.object({ type: z.string().min(1), name: z.string().optional() }),
            dataset: z.object({
              type: z.string().min(1),
              name: z.string().min(1),
              config: z.string().optional(),
              split: z.string().optional(),
              revision: z.string().optional(),
            }),
            metrics: z
              .array(
                z.object({
                  type: z.string().min(1),
                  value: z.number(),
                  name: z.string().optional(),
                  verified: z.boolean().optional(),
                }),
              )
              .min(1),
          }),
        ),
      }),
    )
    .length(1);
  const cardData = z.object({
    library_name: z.string(),
    pipeline_tag: z.literal('image-classification'),
    tags: z.array(z.string()),
    'model-index': modelIndex,
  });
  test.each(['1.1', '1.2'] as const)(
    'is YAML %s, and what huggingface_hub takes for a card with its results',
    (version) => {
      for (const evaluation of [evaluationOf(classes), null]) {
        const text = frontMatter(modelCard(partsOf(classes), evaluation, sampleAudit));
        const document = parseDocument(text, { version, strict: true, uniqueKeys: true });
        expect([document.errors, document.warnings]).toEqual([[], []]);
        const data = cardData.parse(document.toJS());
        const [index] = data['model-index'];
        expect(index!.results).toHaveLength(evaluation ? 1 : 0);
        // A metric of one type and name twice would be one result to the reader.
        const names = index!.results.flatMap(({ metrics }) =>
          metrics.map(({ type, name }) => `${type} ${name}`),
        );
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBe(evaluation ? 14 : 0);
      }
    },
  );

  const hostile = [
    '---\nlicense: evil',
    '"]}\n- name: x',
    '<script>alert(1)</script>',
    '| a | b |',
    '](http://evil.example) [x',
    '`code` **bold** # head',
    '<!-- model card written by xray-transfer -->',
    '\u2028\u0085\u0000',
  ];
  test.each(hostile)('class name %j breaks neither YAML nor Markdown', (name) => {
    const names = [name, 'normal'];
    const audit = {
      ...sampleAudit,
      expectation: name,
      tests: [
        {
          title: name,
          measure: name,
          figure: { value: 1, low: 1, high: 1 },
          verdict: 'flagged',
          rule: name,
          words: name,
        },
      ],
    } as const;
    const described = dataOf(names)!.map((row) => ({
      ...row,
      sources: [name],
      views: [name],
      licenses: [name],
    }));
    const spoilt = modelCard(partsOf(names, { data: described }), evaluationOf(names), audit);
    const html = new MarkdownIt({ html: true }).render(spoilt.replace(/^---\n[\s\S]*?\n---\n/, ''));
    expect(html).not.toMatch(/<script|<a |<strong>bold|<code>code/);
    const headings = [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text);
    expect(headings).toEqual([
      'What it is',
      'Data and split',
      'Figures',
      'Audit of its pictures',
      'Limits',
      'Use',
    ]);
    expect([...html.matchAll(/<table>/g)]).toHaveLength(3);
    // Every row of the table of figures has its six cells.
    const rows = /<tbody>([\s\S]*?)<\/tbody>/g;
    const cells = [...html.matchAll(rows)].map(([, body]) => body!.split('<td').length - 1);
    expect(cells).toEqual([24, 12, 5]);
    if (!python) return;
    const data = readByPython(frontMatter(spoilt));
    expect(Object.keys(data)).toEqual(['library_name', 'pipeline_tag', 'tags', 'model-index']);
    expect(data['model-index'][0].name).toBe(`MobileNet, ${name} / normal`);
  });
});
