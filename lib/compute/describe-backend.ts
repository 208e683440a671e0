import type { Backend } from './backend';
import { openBackend } from './open-backend';

/**
 * What computes here, and why.
 * @throws InputError if `XRAY_BACKEND` names a back end that does not work here
 */
export async function describeBackend(): Promise<Backend> {
  const { backend, tensorflow = null, gpu, reason } = await openBackend();
  return { backend, tensorflow, gpu: gpu ? await gpu() : null, reason };
}
