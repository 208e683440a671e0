import { Worker } from 'node:worker_threads';

const watch = `
const parent = process.ppid;
const gone = () => {
  if (process.ppid !== parent) return true;
  try { process.kill(parent, 0); return false; } catch (error) { return error.code === 'ESRCH'; }
};
setInterval(() => { if (gone()) process.kill(process.pid, 'SIGKILL'); }, 1000);
`;

/**
 * Ends this process within about a second of its parent's end, however that ended. A thread of its own looks, so that
 * even a cell in an endless loop does not live on unseen.
 */
export function exitWithParent(): void {
  new Worker(watch, { eval: true, stdin: false }).unref();
}
