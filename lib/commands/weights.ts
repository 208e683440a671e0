import { type Command, InvalidArgumentError } from 'commander';
import { articleNames, backboneNames } from '../networks/names';
import { run } from './run';

/** `weights NETWORK`: ImageNet weights into the cache. */
export function addWeights(program: Command): void {
  program
    .command('weights')
    .description("a network's ImageNet weights into the cache: downloaded, or taken from a file")
    .argument(
      '[network...]',
      `${backboneNames.filter((name) => name !== 'pixels').join(', ')} (default: the four of the article)`,
    )
    .option('--from <file>', 'a file (or tfjs folder) that you have')
    .option('--json', 'print one JSON object')
    .action((networks: string[], { from }, command: Command) =>
      run(command, async (work) => {
        const { fetchWeights } = await import('../networks/fetch-weights.js');
        const { networkNamed } = await import('../networks/table.js');
        if (from && networks.length !== 1) throw new InvalidArgumentError('--from needs one network');
        const wanted = networks.length ? networks : articleNames;
        const files: Record<string, string> = {};
        for (const name of wanted)
          files[name] = await fetchWeights(networkNamed(name).name, { from, ...work });
        const text = Object.entries(files).map(([name, file]) => `${name}: ${file}`);
        return { json: { weights: files }, text: text.join('\n') };
      }),
    );
}
