import type { Command } from 'commander';
import type { PictureToSee } from '../transfer/picture-variants';
import { addBackboneOptions } from './backbone-options';
import { run, whole } from './run';

/** `features FILE…`: the backbone's features averaged over the map, a row a picture. */
export function addFeatures(program: Command): void {
  const features = program
    .command('features')
    .description("a backbone's features averaged over the map, a row a picture")
    .argument('<file...>', 'pictures');
  addBackboneOptions(features)
    .option('--seed <n>', 'seed of random weights', whole('seed', 0), 42)
    .option('--json', 'print one JSON object')
    .action((files: string[], options, command: Command) =>
      run(command, async (work) => {
        const { backbone, cut, weights, seed, preprocessing = 'own', resize = 'cv2' } = options;
        const { hashFile } = await import('../core/files.js');
        const { readPixels } = await import('../dataset/read-pixels.js');
        const { withBackbone } = await import('../transfer/open-backbone.js');
        const { extractFeatures } = await import('../transfer/features.js');
        const pictures: PictureToSee[] = [];
        for (const file of files) {
          await readPixels(file);
          pictures.push({ file, sha256: await hashFile(file), degrees: 0 });
        }
        const settings = { preprocessing, resize, pooling: 'mean' } as const;
        const { opened, data, dimension } = await withBackbone(
          { name: backbone, cut, weights, seed },
          async (base) => ({ opened: base, ...(await extractFeatures(pictures, base, settings, work)) }),
        );
        const rows = files.map((_, i) => Array.from(data.subarray(i * dimension, (i + 1) * dimension)));
        return {
          json: {
            features: rows,
            files,
            backbone: opened.name,
            cut: opened.cut,
            weightsHash: opened.weightsHash,
          },
          text: rows.map((row) => row.join(',')).join('\n'),
        };
      }),
    );
}
