import { crc32c } from '../core/crc32c';

/** Figures of one step of a training, by name. */
export interface StepScalars {
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

// Protocol Buffers: a key is the field's number and how its value is written.
const [asVarint, as64Bits, asBytes, as32Bits] = [0, 1, 2, 5];

/** A whole number from 0 to 2⁵³, seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

const key = (field: number, written: number): Buffer => varint(field * 8 + written);
const whole = (field: number, value: number): Buffer => Buffer.concat([key(field, asVarint), varint(value)]);
const nested = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([key(field, asBytes), varint(value.length), value]);

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, as64Bits), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, as32Bits), bytes]);
}

// TensorFlow masks checksums, so that those of data that hold checksums stay good ones (tsl/lib/hash/crc32c.h).
function maskedChecksum(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** One record of a TFRecord file: length, its checksum, data, their checksum. */
function record(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedChecksum(length), data, maskedChecksum(data)]);
}

// Fields of tensorflow.Event, Summary, Summary.Value and SessionLog, by their numbers in event.proto and summary.proto.
const event = (seconds: number, ...fields: Buffer[]): Buffer =>
  record(Buffer.concat([double(1, seconds), ...fields]));
const summary = (scalars: StepScalars['scalars']): Buffer =>
  nested(
    5,
    Buffer.concat(
      Object.entries(scalars).map(([tag, value]) =>
        nested(1, Buffer.concat([nested(1, Buffer.from(tag)), float(2, value)])),
      ),
    ),
  );
const startOf = (step: number): Buffer => Buffer.concat([whole(2, step), nested(7, whole(1, 1))]);

/**
 * The bytes of an event file as TensorBoard reads it: its version, the start of a session, which takes the place of what
 * a former file of the folder says of these steps, and a summary a step.
 * @param seconds wall time of all events, since 1970
 */
export function eventFile(steps: readonly StepScalars[], seconds: number): Buffer {
  const version = event(seconds, nested(3, Buffer.from('brain.Event:2')));
  const start = steps[0] ? [event(seconds, startOf(steps[0].step))] : [];
  const summaries = steps.map(({ step, scalars }) => event(seconds, whole(2, step), summary(scalars)));
  return Buffer.concat([version, ...start, ...summaries]);
}
