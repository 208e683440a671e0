import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

/** What a tool of the system says of an example; undefined where there is no such tool. */
function verified(tool: string, ...args: string[]): { status: number | null; told: string } | undefined {
  const { error, status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
  if (error) console.warn(`${tool} is not here: ${args.join(' ')} is skipped`);
  return error ? undefined : { status, told: `${stdout}${stderr}` };
}

test('systemd finds no fault with the service', ({ skip }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-service-'));
  const unit = path.join(folder, 'xray-transfer-worker.service');
  // It looks for the program too, which lies elsewhere on some machines.
  writeFileSync(unit, read('xray-transfer-worker.service').replace('/usr/bin/node', process.execPath));
  const found = verified('systemd-analyze', 'verify', unit);
  rmSync(folder, { recursive: true });
  if (!found) return skip('there is no systemd-analyze here (Debian: apt-get install systemd)');
  expect(found).toEqual({ status: 0, told: '' });
});

test('docker-compose reads the containers', ({ skip }) => {
  const found = verified('docker-compose', '-f', example('docker-compose.yaml'), 'config');
  if (!found) return skip('there is no docker-compose here (Debian: apt-get install docker-compose)');
  expect(found.status, found.told).toBe(0);
  expect(parse(found.told).services.worker).toMatchObject({
    stop_grace_period: '15m',
    deploy: { replicas: 2 },
  });
});
