/** A table's lines; the first row is its head. */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

/** "61/62". */
export const share = ({ right, count }) => `${right}/${count}`;
