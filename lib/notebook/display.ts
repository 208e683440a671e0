/** One output in several forms, by MIME type; who shows it takes the richest it knows. Bytes become base64. */
export type Bundle = Readonly<Record<string, unknown>>;

type Send = (output: object, update: boolean) => void;

// The property is read at each call: tslab sets it anew for every cell. Loaded only in a kernel, where it is at hand.
const jupyter = (): { lastWriteDisplayData: Send | null } | undefined =>
  '__tslab__' in globalThis ? require('tslab/dist/jupyter') : undefined;

/** Whether this runs in a notebook's cell. */
export const inNotebook = (): boolean => Boolean(jupyter()?.lastWriteDisplayData);

let count = 0;

/** A bundle as Jupyter's messages hold it. */
export const encodeBundle = (bundle: Bundle): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(bundle).map(([mime, value]) => [
      mime,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]),
  );

/**
 * Puts an output under the cell; outside a notebook prints its plain text.
 * @returns a function that replaces it, also from later cells; outside a notebook it prints again
 */
export function display(bundle: Bundle, metadata: object = {}): (next: Bundle, metadata?: object) => void {
  const transient = { display_id: `xray-transfer-${process.pid}-${++count}` };
  const send = (next: Bundle, about: object, update: boolean) => {
    const write = jupyter()?.lastWriteDisplayData;
    if (write) write({ data: encodeBundle(next), metadata: about, transient }, update);
    else console.log(String(next['text/plain'] ?? Object.keys(next).join(', ')));
  };
  send(bundle, metadata, false);
  return (next, nextMetadata = metadata) => send(next, nextMetadata, true);
}
