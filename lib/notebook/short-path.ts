/** A file and its folder: enough to find it, and nothing of where its owner keeps things. */
export const shortPath = (file: string): string => file.split(/[\\/]/).slice(-2).join('/');
