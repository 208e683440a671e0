/** How many groups (patients) those pictures are of that `counts` says yes to, by their places. */
export const countGroups = (groups: readonly string[], counts: (picture: number) => boolean): number =>
  new Set(groups.filter((_, i) => counts(i))).size;
