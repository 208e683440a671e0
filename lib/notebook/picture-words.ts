const words = new WeakMap<Uint8Array, string>();

/** Keeps beside the bytes of a picture what is to be seen on it, for those who cannot see it. */
export function describePicture(bytes: Uint8Array, text: string): Uint8Array {
  words.set(bytes, text);
  return bytes;
}

/** What is to be seen on a picture, where somebody said so. */
export const wordsOf = (bytes: Uint8Array): string | undefined => words.get(bytes);
