/**
 * Where to look for what somebody at the cursor wants explained, best first: the name that the cursor is in or behind,
 * then the function between whose brackets it stands, which is where one wonders about arguments.
 * @param cursor characters before the cursor
 */
export function inspectPlaces(code: string, cursor: number): number[] {
  const places = [cursor];
  if (/[\w$]/.test(code[cursor - 1] ?? '')) places.push(cursor - 1);
  let open = 0;
  for (let i = cursor - 1; i >= 0; i--) {
    if (code[i] === ')') open++;
    else if (code[i] === '(' && open-- === 0) {
      const name = /[\w$]\s*$/.exec(code.slice(0, i));
      if (name) places.push(name.index);
      break;
    }
  }
  return places;
}
