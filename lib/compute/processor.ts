let avx512: boolean | undefined;

/** Whether this machine's processors have AVX-512, as far as the system tells: where it does not, it is assumed. */
export function hasAvx512(): boolean {
  if (avx512 === undefined)
    try {
      // Late: the page in the browser is made of what imports this, and has no native TensorFlow to ask for.
      const { readFileSync }: typeof import('node:fs') = require('node:fs');
      avx512 = /^flags\s*:.*\bavx512f\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
    } catch {
      avx512 = true;
    }
  return avx512;
}
