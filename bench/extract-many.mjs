// Features of many pictures by `pixels`, block by block, none kept: the process that bench/scale.mjs measures.
// Usage: extract-many.mjs FILES.json COUNT. The last line of the output is JSON: milliseconds a picture, most bytes
// resident.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { featureBlocks } = require('../dist/transfer/features.js');
const { withBackbone } = require('../dist/transfer/open-backbone.js');

const files = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const count = Number(process.argv[3]);
const settings = { preprocessing: 'own', resize: 'cv2', pooling: 'mean' };

await withBackbone({ name: 'pixels', weights: 'none' }, async (base) => {
  const pictures = Array.from({ length: count }, (_, i) => ({
    file: files[i % files.length],
    sha256: createHash('sha256').update(String(i)).digest('hex'),
    degrees: 0,
  }));
  const begun = performance.now();
  let rows = 0;
  for await (const { data } of featureBlocks(pictures, base, settings)) rows += data.length;
  const milliseconds = (performance.now() - begun) / count;
  // Not maxRSS, which a process inherits from the one that started it.
  const bytes = 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  console.log(JSON.stringify({ milliseconds, bytes, rows: rows / count }));
});
