import { withQueues } from './queues';

/** Puts every failed piece back into the queue, as if it had not been tried. @returns how many */
export async function retryFailed(url: string): Promise<number> {
  return withQueues(url, async ({ pieces, steps }) => {
    const failed = [...(await pieces.getFailed()), ...(await steps.getFailed())].filter(Boolean);
    for (const job of failed) await job.retry('failed', { resetAttemptsMade: true });
    return failed.length;
  });
}
