/** What a cell's code was when completion was asked for, and what was answered. */
export interface Completion {
  readonly code: string;
  /** The part of the code that a match takes the place of. */
  readonly start: number;
  readonly end: number;
  readonly matches: readonly { readonly text: string; readonly type: string }[];
}

/**
 * The code to look at where JupyterLab asks what a name in its list of completions is. It sends the code up to that name
 * and the name, with a cursor that can lie behind both, and leaves out what follows; without that an import has no module
 * to come from.
 * @param last the completion asked for last; what followed there is put back
 * @returns the code, and a cursor in it
 */
export function completedCode(
  code: string,
  cursor: number,
  last?: Completion,
): { readonly code: string; readonly cursor: number } {
  const within = Math.min(cursor, code.length);
  if (
    last &&
    code.startsWith(last.code.slice(0, last.start)) &&
    last.matches.some(({ text }) => text === code.slice(last.start))
  )
    return { code: code + last.code.slice(last.end), cursor: code.length };
  return { code, cursor: within };
}
