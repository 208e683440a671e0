import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { InputError } from '../core/check';
import { projectFolder } from '../core/settings';
import type { PieceOutcome } from './compute-piece';
import type { PieceReply, PieceRequest } from './piece-process';
import type { PieceRunner } from './run-pieces';

/** A process that dies over a piece is replaced, and the piece tried again, so often. */
const attempts = 3;

const processFile = path.join(projectFolder, 'dist', 'grid', 'piece-process.js');

/** The child ended before it answered. */
class Died extends Error {}

/**
 * Computes pieces in a child process of its own, with its own memory and back end.
 * @param plan hash of a plan in the store
 */
export function childRunner(plan: string, store: string): PieceRunner {
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const started = fork(processFile, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    return started;
  };
  const ask = (piece: string, signal: AbortSignal | undefined): Promise<PieceOutcome> =>
    new Promise((resolve, reject) => {
      child ??= start();
      const asked = child;
      const stop = () => asked.send('stop' satisfies PieceRequest, () => undefined);
      const end = () => {
        asked.off('message', onReply).off('exit', onExit);
        signal?.removeEventListener('abort', stop);
      };
      const onReply = (reply: PieceReply) => {
        end();
        if ('outcome' in reply) resolve(reply.outcome);
        else reject(new InputError(reply.reason));
      };
      const onExit = (code: number | null, killedBy: string | null) => {
        end();
        reject(
          new Died(`The process that computed it ended with ${killedBy ?? code}; is there enough memory?`),
        );
      };
      asked.on('message', onReply).on('exit', onExit);
      signal?.addEventListener('abort', stop);
      asked.send({ plan, store, piece } satisfies PieceRequest, () => undefined);
    });
  return {
    async run({ name }, { signal }) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await ask(name, signal);
        } catch (error) {
          if (!(error instanceof Died) || attempt === attempts || signal?.aborted) throw error;
        }
      }
    },
    async close() {
      const ending = child;
      if (!ending) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      if (ending.connected) ending.disconnect();
      await ended;
    },
  };
}
