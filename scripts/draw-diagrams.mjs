// Draws notebook_images/*.svg anew, with the networks' sizes as the compiled code (npm run build) has them.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const load = createRequire(path.join(project, 'package.json'));
const { describeNetwork } = load('./dist/networks/describe-network');
const { networks } = load('./dist/networks/table');
const { drawAll } = load('./dist/plots/diagrams/draw-all');
const { writeFileAtomic } = load('./dist/core/files');

const described = [];
for (const name of ['vgg16', 'vgg19', 'resnet50', 'resnet50v2']) {
  described.push({ ...(await describeNetwork(name)), fineTuneFrom: networks[name].fineTuneFrom });
}
for (const [name, svg] of Object.entries(drawAll(described))) {
  await writeFileAtomic(path.join(project, 'notebook_images', name), svg);
  console.log(`notebook_images/${name}`);
}
