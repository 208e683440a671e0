import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { InputError } from '../../core/check';
import { projectFolder } from '../../core/settings';
import { type JpegFrame, jpegFrame } from '../picture-format';
import { mostSeconds } from '../picture-limits';
import type { Codec, CodecAnswer, CodecRequest } from './codec-thread';
import { damagedDicom } from './elements';
import type { DicomHeader } from './header';
import { nativeLength, type Uncompressed } from './samples';

/** Compressed transfer syntaxes that are read, and what decompresses them. */
const codecs: Readonly<Record<string, Codec>> = {
  '1.2.840.10008.1.2.5': 'decodeRle',
  '1.2.840.10008.1.2.4.50': 'decodeJpeg',
  '1.2.840.10008.1.2.4.51': 'decodeJpeg',
  '1.2.840.10008.1.2.4.57': 'decodeJpeg',
  '1.2.840.10008.1.2.4.70': 'decodeJpeg',
  '1.2.840.10008.1.2.4.80': 'decodeJpegLs',
  '1.2.840.10008.1.2.4.81': 'decodeJpegLs',
  '1.2.840.10008.1.2.4.90': 'decodeJpeg2000',
  '1.2.840.10008.1.2.4.91': 'decodeJpeg2000',
};

// The compiled file, also where the sources run (tests): a thread cannot load TypeScript.
const threadFile = path.join(projectFolder, 'dist', 'dataset', 'dicom', 'codec-thread.js');

/** The thread of the codecs, and who waits for its answer. */
interface Thread {
  readonly worker: Worker;
  settle: (answer: CodecAnswer) => void;
  lose: (why: string) => void;
}
let thread: Thread | undefined;
let work: Promise<unknown> = Promise.resolve();

function startThread(): Thread {
  const worker = new Worker(threadFile, { execArgv: [], name: 'DICOM codecs' });
  const started: Thread = { worker, settle: () => undefined, lose: () => undefined };
  worker.on('message', (answer: CodecAnswer) => started.settle(answer));
  worker.on('error', ({ message }) => started.lose(message));
  worker.on('exit', () => started.lose('the codecs ended'));
  return started;
}

/** Lets the thread do one picture. Where that takes too long, or ends the thread, the next gets a thread anew. */
async function ask(request: CodecRequest): Promise<CodecAnswer> {
  thread ??= startThread();
  const { worker } = thread;
  worker.ref();
  let timer: NodeJS.Timeout | undefined;
  let isLost = false;
  const answer = await new Promise<CodecAnswer>((resolve) => {
    const lose = (problem: string) => {
      isLost = true;
      resolve({ problem });
    };
    Object.assign(thread!, { settle: resolve, lose });
    timer = setTimeout(() => lose(`it takes longer than ${mostSeconds} s`), 1000 * mostSeconds);
    worker.postMessage(request);
  });
  clearTimeout(timer);
  // Waiting for the next picture, it does not keep the process alive.
  worker.unref();
  if (isLost) {
    thread = undefined;
    await worker.terminate();
  }
  return answer;
}

/** How a picture of JPEG 2000 begins. */
const codestream = Buffer.from('ff4fff51', 'hex');

/** What the compressed picture itself says of its size; the codecs make room for that before they decode. */
function ownSize(codec: Codec, bytes: Uint8Array): JpegFrame | undefined {
  if (codec === 'decodeRle') return undefined;
  if (codec !== 'decodeJpeg2000') return jpegFrame(bytes);
  // Some writers put the file's boxes before the picture.
  const at = Buffer.from(bytes.subarray(0, 1024)).indexOf(codestream);
  if (at < 0 || bytes.length < at + 42) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return {
    width: view.getUint32(8) - view.getUint32(16),
    height: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
  };
}

/**
 * What there is to decompress; undefined for a picture that is not compressed.
 * @throws InputError as decompress, but for damage that only decompressing can show
 */
export function checkWholePixels(
  header: DicomHeader,
  file: string,
): { codec: Codec; encodedBuffer: Uint8Array } | undefined {
  const { transferSyntax, width, height, samples, native, fragments } = header;
  if (native) {
    if (native.length < nativeLength(header)) throw damagedDicom(file, 'too few pixels');
    return undefined;
  }
  const codec = codecs[transferSyntax];
  if (!codec)
    throw new InputError(
      `${file} is DICOM in a compression not read here (transfer syntax ${transferSyntax || 'not named'}); ` +
        'save it as a JPEG or PNG, or remove it',
    );
  const encodedBuffer = new Uint8Array(Buffer.concat(fragments!));
  const own = ownSize(codec, encodedBuffer);
  if (codec !== 'decodeRle' && (own?.width !== width || own.height !== height))
    throw damagedDicom(
      file,
      `its header says ${width}×${height} pixels, its picture ${own ? `${own.width}×${own.height}` : 'nothing'}`,
    );
  if (own && own.components !== samples)
    throw damagedDicom(file, `its header says ${samples} samples a pixel, its picture ${own.components}`);
  return { codec, encodedBuffer };
}

/**
 * The uncompressed bytes of a picture. Compressed ones are decompressed in a thread of their own, one at a time, within
 * a minute.
 * @throws InputError naming the file if its compression is not read, it is damaged or cut off, or its compressed
 * picture has another size than the header says
 */
export async function decompress(header: DicomHeader, file: string): Promise<Uncompressed> {
  const compressed = checkWholePixels(header, file);
  const { width, height, bitsAllocated, bitsStored, samples, signed, planar, photometric } = header;
  if (!compressed) return { bytes: header.native!, planar, photometric, littleEndian: header.littleEndian };
  const { codec, encodedBuffer } = compressed;
  const answered = work.then(() =>
    ask({
      codec,
      context: {
        ...{ width, height, bitsAllocated, bitsStored, encodedBuffer, samplesPerPixel: samples },
        ...{ pixelRepresentation: Number(signed), planarConfiguration: Number(planar) },
        photometricInterpretation: photometric,
      },
    }),
  );
  // What one picture does to the thread is no matter of the next.
  work = answered.catch(() => undefined);
  const answer = await answered;
  if ('problem' in answer) throw damagedDicom(file, answer.problem);
  const {
    decodedBuffer: bytes,
    photometricInterpretation = photometric,
    planarConfiguration,
  } = answer.context;
  if (!bytes || bytes.length < nativeLength(header)) throw damagedDicom(file, 'too few pixels');
  return {
    bytes,
    photometric: photometricInterpretation,
    planar: planarConfiguration === 1,
    littleEndian: true,
  };
}
