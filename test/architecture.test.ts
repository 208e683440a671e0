import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../lib/core/settings';

/** Each folder of lib/ and what it may import from, besides itself: the list of the design, spelt out. */
const below = ['core', 'compute'];
const middle = [...below, 'evaluation', 'networks', 'dataset'];
const upper = [...middle, 'plots', 'audit', 'explain', 'pretrain', 'transfer'];
const allowed: Record<string, readonly string[]> = {
  core: [],
  compute: ['core'],
  evaluation: below,
  dataset: below,
  networks: below,
  pretrain: [...below, 'networks'],
  transfer: middle,
  // What explains a model knows models.
  explain: [...middle, 'transfer'],
  audit: [...middle, 'transfer'],
  grid: [...middle, 'transfer', 'audit'],
  plots: middle,
  notebook: upper,
  // The report is what the notebooks become; the command line says what both can do.
  report: [...upper, 'notebook'],
  demo: upper,
  commands: [...upper, 'grid', 'notebook', 'report', 'demo', 'index.ts'],
  'cli.ts': ['core', 'commands'],
  'index.ts': [...upper, 'grid', 'notebook', 'report'],
};

/** Sideways or upward imports that are known and meant; types only, gone at run time. */
const exceptions = new Set([
  // A chart of a training's course takes the course.
  'plots/history-chart.ts → transfer/history.ts',
]);

interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** File below lib/; undefined for a package. */
  readonly file?: string;
  readonly typeOnly: boolean;
  /** Inside a function: loaded when it is called. */
  readonly late: boolean;
}

const lib = path.join(projectFolder, 'lib');
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.split(path.sep).join('/'))
  .sort();

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(from), specifier.replace(/\.js$/, ''));
  return `${target}.ts`;
}

const isTypeOnly = (node: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
  if (ts.isExportDeclaration(node)) {
    const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
    return node.isTypeOnly || (named.length > 0 && named.every((element) => element.isTypeOnly));
  }
  const clause = node.importClause;
  if (!clause || clause.name) return clause?.isTypeOnly ?? false;
  const named =
    clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
  return clause.isTypeOnly || (named.length > 0 && named.every((element) => element.isTypeOnly));
};

const sourceOf = (name: string): ts.SourceFile =>
  ts.createSourceFile(name, readFileSync(path.join(lib, name), 'utf8'), ts.ScriptTarget.Latest, true);

function importsOf(name: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean, late: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    found.push({
      from: name,
      specifier: specifier.text,
      file: resolve(name, specifier.text),
      typeOnly,
      late,
    });
  };
  const visit = (node: ts.Node, late: boolean): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      add(node.moduleSpecifier, isTypeOnly(node), false);
    else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      if (isImport || (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
        add(node.arguments[0], false, late);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true, late);
    const inside = late || ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(sourceOf(name), false);
  return found;
}

const imports = files.flatMap(importsOf);
const own = imports.filter(
  (entry): entry is Import & { file: string } =>
    entry.file !== undefined && !/\.(json|css)$/.test(entry.specifier),
);
const folderOf = (file: string): string => file.split('/')[0]!;
/** The page that runs in a browser: Vite puts everything it imports into one script. */
const isOfPage = (file: string): boolean => file.startsWith('demo/page/');

describe('imports', () => {
  test('are found at all: this test reads what it thinks it reads', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(own.length).toBeGreaterThan(files.length);
    expect(own.some(({ late }) => late)).toBe(true);
    expect(own.some(({ typeOnly }) => typeOnly)).toBe(true);
    expect(
      importsOf('compute/open-backend.ts')
        .filter(({ late }) => late)
        .map(({ specifier }) => specifier),
    ).toContain('@tensorflow/tfjs-node-gpu');
  });

  test('every folder has its place in the design', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !allowed[folder])).toEqual([]);
  });

  test('point downward only', () => {
    const wrong = own
      .filter(({ from, file }) => folderOf(from) !== folderOf(file))
      .filter(({ from, file }) => !allowed[folderOf(from)]?.includes(folderOf(file)))
      .filter(({ from, file, typeOnly }) => !(typeOnly && exceptions.has(`${from} → ${file}`)))
      .map(({ from, file }) => `${from} → ${file}`);
    expect(wrong).toEqual([]);
  });

  test('every exception is still needed', () => {
    const present = new Set(own.map(({ from, file }) => `${from} → ${file}`));
    expect([...exceptions].filter((exception) => !present.has(exception))).toEqual([]);
  });

  test('name files, never folders', () => {
    const wrong = own
      .filter(({ file }) => !existsSync(path.join(lib, file)) || !statSync(path.join(lib, file)).isFile())
      .map(({ from, specifier }) => `${from} → ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test('have no cycles at run time, late imports included', () => {
    const edges = new Map(files.map((file) => [file, [] as string[]]));
    for (const { from, file, typeOnly } of own) if (!typeOnly) edges.get(from)!.push(file);
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      const at = trail.indexOf(file);
      if (at >= 0) cycles.push([...trail.slice(at), file].join(' → '));
      if (at >= 0 || done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('only lib/compute names a back end of TensorFlow.js, and nobody loads tfjs at the top of a module', () => {
    const named = imports.filter(
      ({ specifier, typeOnly }) => specifier.startsWith('@tensorflow/') && !typeOnly,
    );
    const tfjs = named.filter(({ from }) => !isOfPage(from));
    expect([...new Set(named.filter(({ from }) => isOfPage(from)).map(({ from }) => from))]).toEqual([
      'demo/page/open-backend.ts',
    ]);
    expect(tfjs.filter(({ from }) => folderOf(from) !== 'compute').map(({ from }) => from)).toEqual([]);
    expect(tfjs.filter(({ late }) => !late).map(({ from }) => from)).toEqual([]);
    expect(tfjs.length).toBeGreaterThan(2);
  });

  test('plots and evaluation are pure: no files, no processes, no TensorFlow', () => {
    const impure = /^(node:|sharp$|@tensorflow\/)/;
    const wrong = imports
      .filter(({ from, typeOnly }) => ['plots', 'evaluation'].includes(folderOf(from)) && !typeOnly)
      .filter(({ specifier }) => impure.test(specifier))
      // Writes the diagrams of notebook_images/.
      .filter(({ from }) => !from.startsWith('plots/diagrams/'))
      .map(({ from, specifier }) => `${from} → ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test('what the page in the browser is made of needs no Node.js; nothing else is made of it', () => {
    const reached = new Set(files.filter(isOfPage));
    for (const file of reached)
      for (const { from, file: next, typeOnly } of own)
        if (from === file && !typeOnly && next) reached.add(next);
    expect(reached.size).toBeGreaterThan(30);
    const wrong = imports
      .filter(({ from, file, typeOnly, late }) => reached.has(from) && !file && !typeOnly && !late)
      .filter(({ specifier }) => !/^(@tensorflow\/|virtual:)/.test(specifier))
      .map(({ from, specifier }) => `${from} → ${specifier}`);
    expect(wrong).toEqual([]);
    const users = own.filter(({ from, file }) => isOfPage(file) && !isOfPage(from)).map(({ from }) => from);
    expect(users).toEqual([]);
  });

  test('packages are dependencies of the package', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8'));
    /** Comes with a dependency that cannot do without it, at the version that it works with. */
    const bundled: Record<string, string> = {
      '@tslab/typescript-for-tslab': 'tslab',
      'dcmjs-codecs': 'dcmjs-imaging',
    };
    const dependenciesOf = (name?: string): Record<string, string> =>
      name && dependencies[name]
        ? JSON.parse(readFileSync(path.join(projectFolder, 'node_modules', name, 'package.json'), 'utf8'))
            .dependencies
        : {};
    const packageOf = (specifier: string) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
    const missing = imports
      .filter(({ file, specifier, typeOnly }) => !file && !typeOnly && !/^(node|virtual):/.test(specifier))
      .filter(({ specifier }) => !dependencies[packageOf(specifier)])
      .filter(({ specifier }) => !dependenciesOf(bundled[specifier])[specifier])
      .map(({ from, specifier }) => `${from} → ${specifier}`);
    expect(missing).toEqual([]);
  });
});

describe('the declarations that a notebook reads', () => {
  test('name none of the types of TensorFlow.js and zod, whose hundreds of files make its first cell wait', () => {
    const program = ts.createProgram([path.join(projectFolder, 'dist', 'index.d.ts')], {
      moduleResolution: ts.ModuleResolutionKind.Node10,
      types: [],
    });
    const read = program.getSourceFiles().map(({ fileName }) => fileName);
    expect(read.some((file) => file.endsWith('transfer-learn.d.ts'))).toBe(true);
    expect(read.filter((file) => /node_modules.(@tensorflow|zod)\b/.test(file))).toEqual([]);
  });
});

describe('the public names', () => {
  const program = ts.createProgram([path.join(lib, 'index.ts')], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node20,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ['node'],
    esModuleInterop: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const real = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const namesOf = (symbol: ts.Symbol): ts.Symbol[] => checker.getExportsOfModule(symbol);
  const index = checker.getSymbolAtLocation(program.getSourceFile(path.join(lib, 'index.ts'))!)!;

  test('have doc comments, those of plots too', () => {
    const names = namesOf(index);
    expect(names.length).toBeGreaterThan(25);
    const undocumented = names
      .flatMap((name) => (name.name === 'plots' ? namesOf(real(name)) : [name]))
      .filter((name) => !ts.displayPartsToString(real(name).getDocumentationComment(checker)).trim())
      .map(({ name }) => name);
    expect(undocumented).toEqual([]);
  });
});

describe('tracked files', () => {
  const isCheckout = existsSync(path.join(projectFolder, '.git'));
  const tracked = isCheckout
    ? execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
        cwd: projectFolder,
        encoding: 'utf8',
      })
        .split('\0')
        .filter((name) => name && existsSync(path.join(projectFolder, name)))
        .filter((name) => statSync(path.join(projectFolder, name)).size < 5_000_000)
    : [];
  const linesWith = (pattern: RegExp, except: RegExp): string[] =>
    tracked
      .filter((name) => !except.test(name))
      .flatMap((name) => {
        const text = readFileSync(path.join(projectFolder, name), 'latin1');
        if (text.includes('\0')) return [];
        return text
          .split('\n')
          .map((line, i) => ({ at: `${name}:${i + 1}`, line }))
          .filter(({ line }) => pattern.test(line))
          .map(({ at, line }) => `${at}: ${line.trim().slice(0, 120)}`);
      });

  test.skipIf(!isCheckout)('name no place of a machine', () => {
    const places = ['work', 'home/\\w+', 'root', 'Users/\\w+', 'tmp/[\\w-]{6,}'].join('|');
    const pattern = new RegExp(`(^|["'\`\\s(=:])/(${places})(/|["'\`\\s)]|$)`);
    expect(pattern.test(`in ${['', 'work', 'main'].join('/')}`)).toBe(true);
    expect(linesWith(pattern, /^test\/|^package-lock\.json$/)).toEqual([]);
  });

  test.skipIf(!isCheckout)('the lock file takes packages from the public registry only', () => {
    const lock = JSON.parse(readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8'));
    const places = Object.entries<{ resolved?: string }>(lock.packages)
      .map(([name, { resolved }]) => ({ name, resolved }))
      .filter(({ resolved }) => resolved && !resolved.startsWith('https://registry.npmjs.org/'));
    expect(places).toEqual([]);
  });
});
