/** Largest picture read, in pixels: four times a full chest detector, 192 MB decoded. */
export const mostPixels = 64_000_000;

/** Largest file read, in bytes: as many pixels in 16 bits with alpha, uncompressed. */
export const mostBytes = 8 * mostPixels;

/** Longest that decoding one picture may take, in seconds; a full chest detector's takes one or two. */
export const mostSeconds = 60;

/** Whether less than a sixteenth of the range of 8 bits is used, as of 12 bits stored in 16. */
export const isNearlyBlack = (levels: Uint8Array): boolean => levels.every((level) => level < 16);
