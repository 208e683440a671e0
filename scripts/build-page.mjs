// Builds the page of `xray-transfer demo` into the folder that is named: index.html, assets/, wasm/.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'vite';
import { inProject } from './setup/paths.mjs';

const require = createRequire(import.meta.url);
const { contentPolicy } = require(inProject('dist', 'demo', 'policy.js'));
const { style } = require(inProject('dist', 'report', 'style.js'));
const { fontFaces, fontFile, fontLicense, pageCuts } = require(
  inProject('dist', 'notebook', 'bundled-font.js'),
);
const out = path.resolve(process.argv[2]);
const wasm = inProject('node_modules', '@tensorflow', 'tfjs-backend-wasm');
const threads = 'tfjs-backend-wasm-threaded-simd';

/** Replaces what must be there once. */
function replaceOnce(code, pattern, text) {
  if (code.split(pattern).length !== 2)
    throw new Error(`@tensorflow/tfjs-backend-wasm is another version than this page knows: ${pattern}`);
  return code.replace(pattern, text);
}

/**
 * WebAssembly's threads are scripts that TensorFlow.js makes of text; a policy that allowed those would allow any. They
 * become files of their own beside the binaries.
 */
const threadsAsFiles = {
  name: 'threads-as-files',
  transform(code, id) {
    if (!id.includes('tfjs-backend-wasm/dist/backend_wasm.js')) return undefined;
    const made = replaceOnce(
      code,
      /const response = wasmWorkerContents[\s\S]*?return URL\.createObjectURL\(blob\);/,
      'return wasmPathPrefix + path;',
    );
    return replaceOnce(
      made,
      /new Blob\(\[`var WasmBackendModuleThreadedSimd = `[\s\S]*?\{ type: 'text\/javascript' \}\)/,
      `wasmPathPrefix + '${threads}.js'`,
    );
  },
};

// As Vite finds it: it puts the files into assets/.
const addressOf = (cut) => `@fontsource/arimo/files/${path.basename(fontFile(cut))}`;

/** The look of the report, and the policy for hosts that send no headers of their own. */
const fromLibrary = {
  name: 'from-library',
  resolveId: (id) => (id === 'virtual:report.css' ? '\0report.css' : undefined),
  load: (id) => (id === '\0report.css' ? fontFaces(pageCuts, addressOf) + style : undefined),
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

await build({
  root: inProject('lib', 'demo', 'page'),
  configFile: false,
  envDir: false,
  publicDir: false,
  base: './',
  logLevel: 'error',
  plugins: [threadsAsFiles, fromLibrary],
  build: {
    outDir: out,
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    // A picture or font inlined as data: would need a wider policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
});

writeFileSync(path.join(out, 'assets', 'arimo-license.txt'), `${fontLicense()}\n`);

mkdirSync(path.join(out, 'wasm'));
for (const name of ['tfjs-backend-wasm', 'tfjs-backend-wasm-simd', threads])
  copyFileSync(path.join(wasm, 'wasm-out', `${name}.wasm`), path.join(out, 'wasm', `${name}.wasm`));
copyFileSync(path.join(wasm, 'wasm-out', `${threads}.js`), path.join(out, 'wasm', `${threads}.js`));
// Kept as a text in which line feeds stand for their escapes.
const { wasmWorkerContents } = require(path.join(wasm, 'wasm-out', `${threads}.worker.js`));
writeFileSync(path.join(out, 'wasm', `${threads}.worker.js`), wasmWorkerContents.replaceAll('\n', '\\n'));
