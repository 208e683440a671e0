// Runs in a thread of its own, started by decompress.ts: the codecs are C and C++ compiled to WebAssembly, and what a
// broken picture does to them must harm nothing else.
import { parentPort } from 'node:worker_threads';
import { Context, log, NativeCodecs } from 'dcmjs-codecs';
import { asError } from '../../core/check';

/** The codecs' names of their work. */
export type Codec = 'decodeRle' | 'decodeJpeg' | 'decodeJpegLs' | 'decodeJpeg2000';

/** A picture to decompress. */
export interface CodecRequest {
  readonly codec: Codec;
  /** What the header says of it, in the codecs' names. */
  readonly context: NonNullable<ConstructorParameters<typeof Context>[0]>;
}

export type CodecAnswer = { readonly context: CodecRequest['context'] } | { readonly problem: string };

const port = parentPort!;
// What a codec says of a broken picture comes as an error; on the terminal nobody could tell which file is meant.
log.setLevel('silent');
let ready = NativeCodecs.initializeAsync();

port.on('message', async ({ codec, context }: CodecRequest) => {
  let answer: CodecAnswer;
  try {
    await ready;
    const convertColorspaceToRgb = context.photometricInterpretation !== 'RGB';
    answer = { context: { ...NativeCodecs[codec](new Context(context), { convertColorspaceToRgb }) } };
  } catch (error) {
    answer = { problem: asError(error).message };
    // Nobody knows what state the codecs are in.
    ready = NativeCodecs.initializeAsync();
  }
  port.postMessage(answer);
});
