import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { addWorker } from '../../lib/commands/worker';
import { projectFolder } from '../../lib/core/settings';
import { readGrid } from '../../lib/grid/read-grid';

const example = (name: string) => path.join(projectFolder, 'docs', 'examples', name);
const read = (name: string) => readFileSync(example(name), 'utf8');

/** A worker's options among the words of a command. */
function workerOptions(words: string): Record<string, unknown> {
  const program = new Command();
  addWorker(program);
  const [worker] = program.commands;
  const [, after] = words.split('dist/cli.js worker ');
  const { unknown } = worker!.exitOverride().parseOptions(after!.trim().split(/\s+/));
  expect(unknown).toEqual([]);
  return worker!.opts();
}

test('the grid of the example is one', async () => {
  const { networks, presets } = await readGrid(example('grid.yaml'));
  expect(networks).toHaveLength(2);
  expect(presets[1]!.parameters.epochs).toBe(120);
});

test('the containers of the example keep jobs, and start workers as they can be started', () => {
  const { redis, worker } = parse(read('docker-compose.yaml')).services;
  expect(redis.command).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
  expect(redis.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  expect(workerOptions(worker.command)).toMatchObject({ queue: 'redis://redis:6379', processes: 2 });
});

test('the service of the example too', () => {
  const [, command] = /^ExecStart=(.*)$/m.exec(read('xray-transfer-worker.service'))!;
  expect(workerOptions(command!)).toMatchObject({ processes: 8 });
});
