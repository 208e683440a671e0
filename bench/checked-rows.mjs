const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/**
 * The rows of a section's result, if they can be printed.
 * @throws Error naming the section and what is wrong with which row
 */
export function checkedRows(section, rows) {
  if (!rows?.length) throw new Error(`${section}: no rows`);
  const refuse = (row, why) => {
    throw new Error(`${section}: row ${JSON.stringify(row)}: ${why}`);
  };
  for (const row of rows) {
    const { name, here, peer, ratio, goal, met } = row;
    if (!name) refuse(row, 'has no name');
    if (!isNumber(here)) refuse(row, '"here" is no number');
    for (const [key, value] of Object.entries({ peer, ratio }))
      if (value !== undefined && !isNumber(value)) refuse(row, `"${key}" is no number`);
    if (met !== undefined && typeof met !== 'boolean') refuse(row, '"met" is neither true nor false');
    if (met !== undefined && !goal) refuse(row, 'meets or misses no goal');
  }
  return rows;
}
