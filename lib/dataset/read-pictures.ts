import { availableParallelism } from 'node:os';
import { InputError } from '../core/check';
import { loadTurned, type PictureRequest, type PictureSettings } from './load-picture';
import { type Reader, startReader } from './reader';
import type { Pixels } from './xray';

/** libuv decodes four pictures at once, however many ask for it. */
const mostReaders = 4;

/**
 * Batches in memory: the one that is taken, and two ahead of it, so that one file of many pixels keeps nobody waiting.
 */
const batches = 3;

/** Copies made of one decoding; a picture with more is decoded again, so that memory stays bounded. */
const copiesAtOnce = 8;

/** A picture to be read, turned, perhaps within the border of another. */
export interface PictureToRead {
  readonly file: string;
  readonly degrees: number;
  readonly border?: { readonly file: string };
}

/** Neighbours of one file and border as one request. */
function* requestsFor(pictures: readonly PictureToRead[]): Generator<PictureRequest> {
  for (let i = 0; i < pictures.length; ) {
    const { file, border } = pictures[i]!;
    const isSame = (other?: PictureToRead) => other?.file === file && other.border?.file === border?.file;
    const degrees: number[] = [];
    while (degrees.length < copiesAtOnce && isSame(pictures[i])) degrees.push(pictures[i++]!.degrees);
    yield { file, degrees, ...(border && { border: border.file }) };
  }
}

/**
 * Reads, decodes, resizes and turns pictures in threads of their own, ahead of whoever takes them and also while
 * TensorFlow keeps the main thread. They come in the order given. The first batch is read here, while the threads
 * start; if it is the only one, no thread is started. The threads end with the iteration, however it ends.
 * @param batch how many are taken at a time
 * @returns of a file that cannot be read the error in the picture's place, which names it; the others follow
 */
export async function* readPictures(
  pictures: readonly PictureToRead[],
  settings: PictureSettings,
  batch: number,
): AsyncGenerator<Pixels | InputError> {
  const requests = requestsFor(pictures);
  const readers: Reader[] = [];
  const loading: Promise<(Pixels | InputError)[]>[] = [];
  let begun = 0;
  let taken = 0;
  const begin = (request: PictureRequest): Promise<Pixels[]> => {
    if (begun < batch) return loadTurned(request, settings);
    const least = readers.reduce((a, b) => (b.pending < a.pending ? b : a));
    return least.read(request);
  };
  const fill = () => {
    while (begun < Math.min(taken + batches * batch, pictures.length)) {
      const request: PictureRequest = requests.next().value;
      const picture = begin(request).catch((error) => {
        if (error instanceof InputError) return request.degrees.map(() => error);
        throw error;
      });
      // A failure is met when its turn comes; until then it must not count as unhandled.
      picture.catch(() => undefined);
      loading.push(picture);
      begun += request.degrees.length;
    }
  };
  if (pictures.length > batch)
    for (let i = 0; i < Math.min(mostReaders, availableParallelism()); i++)
      readers.push(startReader(settings));
  try {
    fill();
    for (let next = loading.shift(); next; next = loading.shift())
      for (const picture of await next) {
        taken++;
        fill();
        yield picture;
      }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}
