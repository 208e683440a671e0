import { type Queues, withQueues } from './queues';

/**
 * Puts every failed piece back into the queue, as if it had not been tried.
 * @returns how many
 * @throws the signal's reason when interrupted, while Redis is away for example
 */
export async function retryFailed(url: string, signal?: AbortSignal): Promise<number> {
  const retry = async ({ pieces, steps }: Queues) => {
    const failed = [...(await pieces.getFailed()), ...(await steps.getFailed())].filter(Boolean);
    for (const job of failed) await job.retry('failed', { resetAttemptsMade: true });
    return failed.length;
  };
  return withQueues(url, retry, signal);
}
