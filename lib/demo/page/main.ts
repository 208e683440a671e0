import 'virtual:report.css';
import './style.css';
import { asError, InputError } from '../../core/check';
import type { Pixels } from '../../dataset/xray';
import { decodePicture } from './decode-picture';
import { byId } from './element';
import { type Judgement, judge } from './judge';
import { type LoadedNetwork, loadNetwork, readDescription } from './load-network';
import { type BrowserBackend, openBackend } from './open-backend';
import { saveResult } from './save-result';
import { showCard } from './show-card';
import { drawPicture, shownPicture } from './show-picture';
import { showProbabilities } from './show-probabilities';

/** A picture and what the model says of it. */
interface Judged {
  readonly file: string;
  readonly picture: Pixels;
  readonly judgement: Judgement;
}

const say = (words: string): void => {
  byId('status').textContent = words;
};

function complain(words: string): void {
  byId('problem').textContent = words;
  byId('problem').hidden = !words;
}

/** What was said of the picture before must not stand beside the name of another. */
function hideJudged(): void {
  for (const id of ['shown', 'classes', 'actions', 'reading']) byId(id).hidden = true;
}

/** Lets the browser draw before the processor is busy. */
const drawn = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

function showJudged({ file, picture, judgement }: Judged, classes: readonly string[]): void {
  const { probabilities, maps } = judgement;
  const overlay = byId<HTMLInputElement>('overlay');
  const canvas = byId<HTMLCanvasElement>('canvas');
  let chosen = 0;
  const draw = () => {
    const map = overlay.checked ? maps[chosen] : undefined;
    drawPicture(canvas, picture, map);
    canvas.ariaLabel = map ? `${file}, with what speaks for ${classes[chosen]} in warm colours` : file;
  };
  overlay.onchange = draw;
  showProbabilities(classes, probabilities, (index) => {
    chosen = index;
    draw();
  });
  byId('caption').textContent = maps.length
    ? file
    : `${file}. This base gives one place for the whole picture, so there is no map to draw.`;
  for (const id of ['overlay-choice', 'reading']) byId(id).hidden = !maps.length;
  for (const id of ['shown', 'actions']) byId(id).hidden = false;
}

/** Takes files one after the other; the last one stays. */
function takeFiles({ tf, words }: BrowserBackend, network: LoadedNetwork): void {
  const { classes } = network.description;
  let newest = 0;
  const take = async (file: File | undefined) => {
    if (!file) return;
    const own = ++newest;
    complain('');
    say(`Looking at ${file.name} …`);
    await drawn();
    try {
      const pixels = await decodePicture(file);
      const began = performance.now();
      const judgement = await judge(tf, network, pixels);
      const milliseconds = Math.round(performance.now() - began);
      if (own !== newest) return;
      showJudged({ file: file.name, picture: shownPicture(pixels), judgement }, classes);
      byId('save').onclick = () => saveResult(file.name, network.description, judgement, words);
      say(`Computed here in ${milliseconds} ms (${words}).`);
    } catch (error) {
      if (own !== newest) return;
      hideJudged();
      complain(error instanceof InputError ? error.message : `${file.name}: ${asError(error).message}`);
      say('Choose another picture.');
    }
  };
  const input = byId<HTMLInputElement>('file');
  input.disabled = false;
  input.onchange = () => take(input.files?.[0]);
  const drop = byId('drop');
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) drop.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    // So that it is named as a chosen one is.
    input.files = files;
    void take(files[0]);
  });
}

async function start(): Promise<void> {
  try {
    const description = await readDescription();
    showCard(description);
    const backend = await openBackend();
    const network = await loadNetwork(backend.tf, description);
    const { inputSize } = description;
    // The first pass compiles and starts threads; nothing is left to fetch afterwards.
    const blank = { width: inputSize, height: inputSize, data: new Uint8Array(inputSize * inputSize * 3) };
    await judge(backend.tf, network, blank);
    takeFiles(backend, network);
    say(`Ready: ${backend.words}. From now on it works without a network.`);
  } catch (error) {
    complain(`The model cannot be loaded: ${asError(error).message}.`);
    say('Nothing can be computed.');
  }
}

void start();
