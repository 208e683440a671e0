import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Command, type CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../lib/core/settings';
import * as library from '../lib/index';
import { slug } from '../lib/report/heading-anchor';
import { bench } from './bench/bench';

const read = (file: string) => readFileSync(path.join(projectFolder, file), 'utf8');
const guides = readdirSync(path.join(projectFolder, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'dataset/README.md', ...guides.map((name) => `docs/${name}`)];

/** The program of the commands that lib/cli.ts adds to it, which reads a command line and does nothing. */
async function program(): Promise<Command> {
  const added = [...read('lib/cli.ts').matchAll(/import \{ (add\w+) \} from '\.\/commands\/([\w-]+)'/g)];
  const whole = new Command('xray-transfer');
  for (const [, name, file] of added) {
    const module = await import(path.join(projectFolder, 'lib', 'commands', `${file}.ts`));
    module[name!](whole);
  }
  const still = (command: Command) => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (!command.commands.length) command.action(() => undefined);
    command.commands.forEach(still);
  };
  still(whole);
  return whole;
}

interface Given {
  readonly line: string;
  /** Of a block of shell commands, to be typed as it stands; a short piece of code may leave out what is needed. */
  readonly whole: boolean;
}

/** Lines of a page's blocks of shell commands and its short pieces of code, without comments. */
const commandsOf = (text: string): Given[] =>
  [
    ...[...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)]
      .flatMap(([, block]) => block!.split('\n'))
      .map((line) => ({ line, whole: true })),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, line]) => ({ line: line!, whole: false })),
  ].map(({ line, whole }) => ({ line: line.replace(/\s#\s.*/, '').trim(), whole }));

/** What the program's own reading of a command line says against it. */
async function refused({ line, whole }: Given): Promise<string[]> {
  const words = /^(?:\w+=\S* )*(?:npx )?xray-transfer ([a-z].*)$/.exec(line)?.[1]?.split(/\s+/);
  // Scripts that pass their words on to a command of their name.
  const passed = /^npm run (data|weights|report)\b(.*)$/.exec(line)?.slice(1).join(' ').split(/\s+/);
  const given = words ?? passed?.filter((word) => word !== '--' && word !== '');
  if (!given) return [];
  try {
    (await program()).parse(given, { from: 'user' });
    return [];
  } catch (error) {
    const { code, message } = error as CommanderError;
    const left = ['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help'];
    return !whole && left.includes(code) ? [] : [`${line}: ${message}`];
  }
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, to]) => to!);
    const missing = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file ? path.join(path.dirname(page), file) : page;
      if (!existsSync(path.join(projectFolder, target))) return true;
      const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading!));
      return anchor !== undefined && !headings.includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  test('names scripts that there are, and commands as the program takes them', async () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const wrong: string[] = [];
    for (const given of commandsOf(text)) {
      const script = /\bnpm (?:run )?([\w-]+)/.exec(given.line)?.[1];
      if (script && !['ci', 'install'].includes(script) && !scripts[script]) wrong.push(given.line);
      wrong.push(...(await refused(given)));
    }
    expect(wrong).toEqual([]);
  });

  test('imports names that the library has', () => {
    const names = [
      ...text.matchAll(/import \{([^}]*)\} from '(?:xray-transfer|\.\.\/dist\/index)'/g),
    ].flatMap(([, list]) => list!.split(',').map((name) => name.trim()));
    expect(names.filter((name) => name && !(name in library))).toEqual([]);
  });

  test('says what it is not for', () => {
    expect(text).toMatch(/education only|nothing about people or medicine/i);
  });
});

test('a file in the project’s folder imports the library by its name, as the pages have it', () => {
  const from = createRequire(path.join(projectFolder, 'own.js'));
  expect(from.resolve('xray-transfer')).toBe(path.join(projectFolder, 'dist', 'index.js'));
  expect(from('xray-transfer/package.json').name).toBe('xray-transfer');
});

test('the checks find commands at all, and refuse what the program refuses', async () => {
  const found = pages.flatMap((page) => commandsOf(read(page))).map(({ line }) => line);
  expect(found.filter((line) => line.startsWith('npx xray-transfer')).length).toBeGreaterThan(8);
  expect(found.filter((line) => line.startsWith('npm run')).length).toBeGreaterThan(8);
  const said = async (line: string, whole = true) => (await refused({ line, whole })).join();
  expect(await said('npx xray-transfer train --dataset a --backbone b --out c --epoch 3')).toContain(
    '--epoch',
  );
  expect(await said('npx xray-transfer train --dataset a --backbone b')).toContain('--out');
  expect(await said('npx xray-transfer train --dataset a', false)).toBe('');
  expect(await said('npx xray-transfer tarin')).toContain('tarin');
  expect(await said('npx xray-transfer cross-validate --dataset a --backbone b --split person')).toContain(
    'person',
  );
  expect(await said('npm run data kagle -- --from x')).toContain('kagle');
});

describe('README.md', () => {
  const text = read('README.md');

  test('is short, and shows a picture that is light to load', () => {
    expect(text.split('\n').length).toBeLessThan(150);
    const picture = /!\[[^\]]{40,}\]\(([^)]+)\)/.exec(text)![1]!;
    expect(readFileSync(path.join(projectFolder, picture)).length).toBeLessThan(150_000);
  });

  test('has the results of docs/results.md; `npm run results` writes both', async () => {
    const { withResults } = await bench('readme-results');
    expect(withResults(text, read('docs/results.md'))).toBe(text);
  });

  test('results change with those of docs/results.md, and a page without their place is refused', async () => {
    const { withResults } = await bench('readme-results');
    const results = read('docs/results.md');
    const changed = results.replace('0.963 [0.919, 1.000] | 393', '0.123 [0.119, 0.200] | 393');
    expect(changed).not.toBe(results);
    expect(withResults(text, changed)).toContain('0.123 [0.119, 0.200]');
    expect(() => withResults('# Nothing', results)).toThrow('no place');
    expect(() => withResults(text, results.replace('## Cross-validation', '## Other'))).toThrow('no section');
  });

  test('lists every notebook and every guide', () => {
    // 00 is the page that `npm run lab` opens at, and is a list itself.
    const notebooks = readdirSync(path.join(projectFolder, 'notebooks')).filter((name) =>
      /^(?!00-)\d\d-.*\.ipynb$/.test(name),
    );
    expect(notebooks.length).toBeGreaterThan(8);
    for (const name of notebooks) expect(text).toContain(`(notebooks/${name})`);
    for (const name of guides) expect(text).toContain(`(docs/${name})`);
  });
});
