import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeFileAtomic, writeFolderAtomic } from '../../lib/core/files';
import { projectFolder } from '../../lib/core/settings';
import { removeLeftovers, replacedName, restoreReplaced, temporaryName } from '../../lib/core/temporary-name';

let folder: string;
let model: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xray-temporary-'));
  model = path.join(folder, 'model');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The number of a process that has ended. */
const ended = (): number => spawnSync(process.execPath, ['-e', '']).pid;
/** A name as the process that has ended would have given it. */
const ofDead = (name: string): string => name.replace(`-${process.pid}-`, `-${ended()}-`);

function makeFolder(name: string, content: string): string {
  mkdirSync(name);
  writeFileSync(path.join(name, 'content'), content);
  return name;
}

it('what dead processes left of a file goes, what live ones write and what is of other files stays', async () => {
  const kept = [
    temporaryName(model),
    ofDead(temporaryName(`${model}s`)),
    path.join(folder, '.model.1-2.tmp'),
  ];
  const otherMachine = ofDead(temporaryName(model)).replace(/\.[0-9a-f]{8}-/, '.00000000-');
  for (const name of [...kept, otherMachine]) writeFileSync(name, '');
  makeFolder(ofDead(temporaryName(model)), 'half');
  makeFolder(ofDead(replacedName(model)), 'old');
  await removeLeftovers(model);
  expect(readdirSync(folder).sort()).toEqual(
    [...kept, otherMachine].map((name) => path.basename(name)).sort(),
  );
});

it('a folder that a dead process had moved aside is put back, unless there is a newer one', async () => {
  makeFolder(ofDead(replacedName(model)), 'old');
  await restoreReplaced(model);
  expect(readFileSync(path.join(model, 'content'), 'utf8')).toBe('old');
  makeFolder(ofDead(replacedName(model)), 'older');
  await restoreReplaced(model);
  expect(readFileSync(path.join(model, 'content'), 'utf8')).toBe('old');
});

it('writing a folder finds what a dead process had moved aside, and leaves nothing of it', async () => {
  makeFolder(ofDead(replacedName(model)), 'old');
  makeFolder(ofDead(temporaryName(model)), 'half');
  await writeFolderAtomic(model, async (temporary) => {
    const former = readFileSync(path.join(model, 'content'), 'utf8');
    writeFileSync(path.join(temporary, 'content'), `${former} and new`);
  });
  expect(readdirSync(folder)).toEqual(['model']);
  expect(readFileSync(path.join(model, 'content'), 'utf8')).toBe('old and new');
});

it('writing the first file into a folder removes what dead processes had not finished there', async () => {
  const kept = [temporaryName(model), ofDead(replacedName(`${model}s`))];
  for (const name of kept) writeFileSync(name, '');
  writeFileSync(ofDead(temporaryName(model)), 'half');
  writeFileSync(ofDead(temporaryName(`${model}\n.s`)), 'half');
  await writeFileAtomic(model, 'whole');
  expect(readdirSync(folder).sort()).toEqual(['model', ...kept.map((name) => path.basename(name))].sort());
});

it('a folder is looked through once a process, not with every file', async () => {
  await writeFileAtomic(model, 'whole');
  const late = ofDead(temporaryName(model));
  writeFileSync(late, 'half');
  await writeFileAtomic(model, 'again');
  await writeFileAtomic(`${model}s`, 'whole');
  expect(readdirSync(folder)).toContain(path.basename(late));
});

// Two containers may have one name and see one folder: what the other one writes must not be taken for a dead process's.
it('names of a container with processes of its own are those of another machine', ({ skip }) => {
  const module = path.join(projectFolder, 'dist', 'core', 'temporary-name.js');
  const script = `console.log(require(${JSON.stringify(module)}).temporaryName('model'))`;
  const other = spawnSync('unshare', ['--pid', '--fork', process.execPath, '-e', script], {
    encoding: 'utf8',
  });
  if (other.status !== 0) return skip('no container can be made here: that needs root on Linux');
  const machineOf = (name: string): string | undefined => /^\.model\.([0-9a-f]{8})-\d+-/.exec(name)?.[1];
  expect(machineOf(other.stdout)).toBeDefined();
  expect(machineOf(other.stdout)).not.toBe(machineOf(temporaryName('model')));
});
