import type { Command } from 'commander';
import { addBackboneOptions } from './backbone-options';
import { addStrict } from './refused';
import { run, whole } from './run';

/** `features FILE…`: the backbone's features averaged over the map, a row a picture. */
export function addFeatures(program: Command): void {
  const features = addStrict(program.command('features'))
    .description("a backbone's features averaged over the map, a row a picture")
    .argument('<file...>', 'pictures');
  addBackboneOptions(features)
    .option('--seed <n>', 'seed of random weights', whole('seed', 0), 42)
    .option('--json', 'print one JSON object')
    .action((files: string[], options, command: Command) =>
      run(command, async (work) => {
        const { backbone, cut, weights, seed, preprocessing = 'own', resize = 'cv2', strict } = options;
        const { InputError } = await import('../core/check.js');
        const { fetchAbsentWeights } = await import('../networks/fetch-absent-weights.js');
        const { featureBlocks } = await import('../transfer/features.js');
        const { withBackbone } = await import('../transfer/open-backbone.js');
        const { picturesOfFiles } = await import('../transfer/pictures-of-files.js');
        const refused: { file: string; error: string }[] = [];
        const onRefused = strict
          ? undefined
          : (file: string, { message }: Error) => refused.push({ file, error: message });
        const messages = () => refused.map(({ error }) => error);
        const given = await picturesOfFiles(files, { onRefused });
        const pictures = given.filter((picture) => picture !== undefined);
        if (!pictures.length) throw new InputError(messages().join('\n'));
        await fetchAbsentWeights({ name: backbone, weights }, work);
        const settings = { preprocessing, resize, pooling: 'mean' } as const;
        const rows: { file: string; features: number[] }[] = [];
        const base = await withBackbone({ name: backbone, cut, weights, seed }, async (opened) => {
          for await (const block of featureBlocks(pictures, opened, settings, { ...work, onRefused })) {
            const dimension = block.data.length / block.pictures.length;
            block.pictures.forEach(({ file }, i) => {
              const row = block.data.subarray(i * dimension, (i + 1) * dimension);
              rows.push({ file, features: Array.from(row) });
            });
          }
          return opened;
        });
        if (!rows.length) throw new InputError(messages().join('\n'));
        return {
          json: {
            features: rows.map((row) => row.features),
            files: rows.map(({ file }) => file),
            refused,
            backbone: base.name,
            cut: base.cut,
            weightsHash: base.weightsHash,
          },
          text: rows.map((row) => row.features.join(',')).join('\n'),
          problems: messages(),
        };
      }),
    );
}
