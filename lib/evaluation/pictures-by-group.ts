/** The places of each group's pictures, groups in the order in which they first occur. */
export function picturesByGroup(groups: readonly string[]): number[][] {
  const pictures = new Map<string, number[]>();
  groups.forEach((group, i) => {
    const own = pictures.get(group);
    if (own) own.push(i);
    else pictures.set(group, [i]);
  });
  return [...pictures.values()];
}
