/**
 * The few instructions of WebAssembly that `dense-kernels.ts` needs, as their bytes.
 * https://webassembly.github.io/spec/core/binary/
 */
export type Code = readonly number[];

type ValueType = 'i32' | 'f32' | 'v128';
const valueTypes: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** A whole number as LEB128, signed where `signed`. */
function leb128(value: number, signed = false): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = signed ? (rest === 0 && byte < 0x40) || (rest === -1 && byte >= 0x40) : rest === 0;
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];
const simd = (opcode: number): number[] => [0xfd, ...leb128(opcode)];
/** Alignment 4 bytes; `offset` is added to the address. */
const at = (offset: number): number[] => [2, ...leb128(offset)];

export const get = (local: number): Code => [0x20, ...leb128(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb128(local)];

export const i32 = {
  const: (value: number): Code => [0x41, ...leb128(value, true)],
  add: binary(0x6a),
};

export const f32 = {
  const: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  load: (address: Code): Code => [...address, 0x2a, ...at(0)],
  store: (address: Code, value: Code): Code => [...address, ...value, 0x38, ...at(0)],
  add: binary(0x92),
  mul: binary(0x94),
};

export const f32x4 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b),
    ...at(offset),
  ],
  /** One number from memory, four times. */
  loadSplat: (address: Code): Code => [...address, ...simd(0x09), ...at(0)],
  splat: (value: Code): Code => [...value, ...simd(0x13)],
  lane: (value: Code, lane: number): Code => [...value, ...simd(0x1f), lane],
  sqrt: (value: Code): Code => [...value, ...simd(0xe3)],
  add: binary(...simd(0xe4)),
  sub: binary(...simd(0xe5)),
  mul: binary(...simd(0xe6)),
  div: binary(...simd(0xe7)),
};

/** Adds to a local of type i32. */
export const advance = (local: number, by: Code): Code => set(local, i32.add(get(local), by));

/** Runs `body` with `counter` at 0, `step`, 2 · `step` … below `end`; once at least. */
export const repeat = (counter: number, step: number, end: Code, body: Code): Code => [
  ...set(counter, i32.const(0)),
  // loop … br_if counter < end … end
  ...[0x03, 0x40],
  ...body,
  ...advance(counter, i32.const(step)),
  ...get(counter),
  ...end,
  ...[0x49, 0x0d, 0, 0x0b],
];

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Numbered after the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

const vector = (items: readonly Code[]): Code => [...leb128(items.length), ...items.flat()];
const sized = (content: Code): Code => [...leb128(content.length), ...content];
const text = (value: string): Code => sized([...Buffer.from(value)]);
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];

/** A module with these functions, which return nothing, over a memory that is imported as `host.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(parameters.map((type) => [valueTypes[type]])),
    0,
  ]);
  const codes = functions.map(({ locals, body }) =>
    sized([...vector(locals.map((type) => [1, valueTypes[type]])), ...body, 0x0b]),
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...text('host'), ...text('memory'), 2, 0, 0]]),
    ...section(
      3,
      functions.map((_, i) => leb128(i)),
    ),
    ...section(
      7,
      functions.map(({ name }, i) => [...text(name), 0, ...leb128(i)]),
    ),
    ...section(10, codes),
  ]);
}
