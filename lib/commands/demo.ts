import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { openModel } from './open-model';
import { run, syntheticRemark, whole } from './run';

/** Where the page is served unless another port is named. */
const usualPort = 8321;

interface Options {
  readonly port?: number;
  readonly out?: string;
}

/** `demo [MODEL]`: a model in the browser, served to this machine only, or written as a static folder. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'a page that runs a model in the browser: drop a picture, see probabilities and where it looked',
    )
    .argument('[model]', 'model folder, or a folder that export wrote (default: one trained on phantoms now)')
    .option(
      '--port <n>',
      `port on this machine, 0 for any that is free (default: ${usualPort})`,
      whole('port', 0, 65_535),
    )
    .option('--out <folder>', 'write the page with its model there, for any static host, and serve nothing')
    .option('--json', 'print one JSON object')
    .action((model: string | undefined, { port, out }: Options, command: Command) =>
      run(command, async (work) => {
        if (out !== undefined && port !== undefined)
          throw new InvalidArgumentError('--out writes a folder and serves nothing; leave out --port');
        const { buildPage, demoCache } = await import('../demo/build-page.js');
        const { exportedModel, phantomModel } = await import('../demo/demo-model.js');
        const { siteOf, writeSite } = await import('../demo/site.js');
        const { readExport } = await import('../transfer/read-export.js');
        const cache = await demoCache();
        const folder =
          model === undefined
            ? await phantomModel(cache, work)
            : await exportedModel(path.resolve(model), cache, (named) => openModel(named, work));
        const description = await readExport(folder);
        const site = await siteOf(await buildPage(cache, work), folder, description);
        const { title, synthetic, notice } = description;
        const said = [title, ...syntheticRemark(synthetic), notice];
        if (out !== undefined) {
          await writeSite(site, out);
          const to = path.resolve(out);
          return {
            json: { out: to, title, synthetic, notice },
            text: [
              ...said,
              `Page in ${to}: any static host over HTTPS serves it. With the headers Cross-Origin-Opener-Policy: same-origin`,
              'and Cross-Origin-Embedder-Policy: require-corp it computes in threads.',
            ].join('\n'),
          };
        }
        const { serveSite } = await import('../demo/serve-site.js');
        const { address, close } = await serveSite(site, port ?? usualPort);
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, close);
        return {
          json: { address, title, synthetic, notice },
          text: [
            ...said,
            `Open ${address} in a browser on this machine; Ctrl-C ends it.`,
            'Nobody else can reach it. To show it to others, write the page with --out DIR and put that folder on a host',
            'with HTTPS and access control of its own; pictures stay in each visitor’s browser there too.',
          ].join('\n'),
        };
      }),
    );
}
