import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeExecutable } from './npm-packages.mjs';
import { inProject } from './paths.mjs';
import { Problem } from './problem.mjs';
import { run } from './run.mjs';
import { digest, digestFiles, filesBelow, readJson, writeJson } from './state.mjs';

const stampFile = inProject('dist', '.setup.json');

/** Removes what was compiled from sources that are gone; it would still be imported. */
function removeOrphans(sources) {
  const names = new Set(sources.map((file) => path.relative(inProject('lib'), file).replace(/\.ts$/, '')));
  for (const file of filesBelow(inProject('dist'))) {
    const name = path.relative(inProject('dist'), file).replace(/(\.d)?\.(ts|js)$/, '');
    if (/\.(ts|js)$/.test(file) && !names.has(name)) rmSync(file);
  }
}

/** lib/ as JavaScript and type declarations in dist/. */
export async function compile() {
  const sources = filesBelow(inProject('lib')).filter((file) => file.endsWith('.ts'));
  const configuration = ['tsconfig.json', 'tsconfig.build.json'].map((name) => inProject(name));
  const names = sources.map((file) => path.relative(inProject('lib'), file)).join('\n');
  const compiler = inProject('node_modules', 'typescript');
  const stamp = digest(
    names,
    digestFiles([...sources, ...configuration, path.join(compiler, 'package.json')]),
  );
  const former = readJson(stampFile);
  if (former?.stamp === stamp) return undefined;
  // A compiler that was killed may have left files in part; what it notes of former runs would say they are whole.
  if (!former) rmSync(inProject('dist', '.tsbuildinfo'), { force: true });
  rmSync(stampFile, { force: true });
  try {
    await run(process.execPath, [path.join(compiler, 'bin', 'tsc'), '-p', inProject('tsconfig.build.json')]);
  } catch (error) {
    throw new Problem(`lib/ does not compile; mend this and run it again:\n${error.message}`);
  }
  if (existsSync(inProject('dist'))) removeOrphans(sources);
  makeExecutable();
  writeJson(stampFile, { stamp });
  return 'compiled';
}
