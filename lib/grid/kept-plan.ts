import { InputError } from '../core/check';
import { sha256 } from '../core/files';
import type { Plan } from './plan';
import type { ResultStore } from './result-store';

const nameOf = (hash: string) => `plans/${hash}.json`;

/** Keeps a plan in the store. @returns its hash, by which `keptPlan` finds it */
export async function keepPlan(store: ResultStore, plan: Plan): Promise<string> {
  const text = JSON.stringify(plan);
  const hash = sha256(text);
  await store.put(nameOf(hash), text);
  return hash;
}

let last: { readonly key: string; readonly plan: Plan } | undefined;

/**
 * A plan by its hash; the one read last is remembered.
 * @throws InputError if it is not there, or was changed
 */
export async function keptPlan(store: ResultStore, hash: string): Promise<Plan> {
  const key = `${store.url} ${hash}`;
  if (last?.key === key) return last.plan;
  const bytes = await store.get(nameOf(hash));
  if (!bytes || sha256(bytes) !== hash)
    throw new InputError(
      `${store.url} ${bytes ? 'holds a changed' : 'has no'} ${nameOf(hash)}; see that it is the store of the grid, and run xray-transfer grid again`,
    );
  const plan: Plan = JSON.parse(bytes.toString());
  last = { key, plan };
  return plan;
}
