import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { InputError } from '../core/check';
import { projectFolder } from '../core/settings';
import type { HeadAnswer, HeadMessage } from './head-thread';
import type { LearnHead, LearntHead } from './learn-head';

/** Threads that learn heads, one each at a time. */
export interface HeadThreads {
  /** Waits for a thread, then as `learnHead`; of a head's epochs nobody is told. */
  readonly learn: LearnHead;
  /** Ends the threads; what they were learning fails. */
  close(): Promise<void>;
}

// The compiled file, also where the sources run (tests): a thread cannot load TypeScript.
const threadFile = path.join(projectFolder, 'dist', 'transfer', 'head-thread.js');

const learnIn = (thread: Worker): LearnHead => {
  const post = (message: HeadMessage) => thread.postMessage(message);
  return ({ onProgress: _, signal, ...task }) =>
    new Promise<LearntHead>((resolve, reject) => {
      const stop = () => post('stop');
      const ended = () => failed(new Error('The thread that learns heads ended before its time'));
      const done = () => {
        signal?.removeEventListener('abort', stop);
        thread.off('message', answered).off('error', failed).off('exit', ended);
      };
      const answered = (answer: HeadAnswer) => {
        done();
        if ('learnt' in answer) resolve(answer.learnt);
        else reject(answer.input ? new InputError(answer.problem) : new Error(answer.problem));
      };
      const failed = (error: Error) => {
        done();
        reject(error);
      };
      thread.on('message', answered).on('error', failed).on('exit', ended);
      post(task);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop);
    });
};

/** Starts so many threads; each takes 0.1 s of a processor. Whoever starts them must close them. */
export function startHeadThreads(count: number): HeadThreads {
  const threads = Array.from({ length: count }, () => new Worker(threadFile, { execArgv: [], name: 'head' }));
  const idle = threads.map(learnIn);
  const waiting: ((learn: LearnHead) => void)[] = [];
  return {
    async learn(task) {
      const learn = idle.pop() ?? (await new Promise<LearnHead>((resolve) => waiting.push(resolve)));
      try {
        return await learn(task);
      } finally {
        const next = waiting.shift();
        if (next) next(learn);
        else idle.push(learn);
      }
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
