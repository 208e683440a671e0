/** "1 pair", "2 pairs", "1 class", "3 classes". @param more the plural where it is not `one` with an s */
export const plural = (count: number, one: string, more = `${one}s`): string =>
  `${count} ${count === 1 ? one : more}`;
