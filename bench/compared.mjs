/** Three significant digits with the unit: "1.23 s", "1,234 pictures/s"; "–" where there is no value. */
export function quantity(value, unit = '') {
  if (value === undefined || value === null) return '–';
  const digits =
    Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
  return unit === '×' ? `${digits}${unit}` : `${digits} ${unit}`.trim();
}

const percent = (share) => `${Math.max(1, Math.round(share * 100))} %`;

/**
 * A row of the table of results for something of which less is better, time above all.
 * @param here median measured here, in `unit`
 * @param peer the same of the peer, measured in the same run
 * @param least goal for the ratio peer / here; undefined for none
 * @param most goal for `here` itself; undefined for none
 * @param bound what the time goes into, told where a goal is not met
 * @param note told in any case
 */
export function compared({ name, here, peer, unit = 's', least, most, bound, note }) {
  const ratio = peer === undefined ? undefined : peer / here;
  const goals = [];
  if (most !== undefined) {
    const text = `≤ ${quantity(most, unit)}`;
    goals.push({ text, missed: here > most && `${quantity(here - most, unit)} over ${text}` });
  }
  if (least !== undefined && ratio !== undefined) {
    const text = `≥ ${quantity(least, '×')}`;
    goals.push({ text, missed: ratio < least && `${percent(1 - ratio / least)} short of ${text}` });
  }
  const missed = goals.map((goal) => goal.missed).filter(Boolean);
  const notes = [missed.join(', '), missed.length ? bound : undefined, note].filter(Boolean);
  return {
    name,
    here,
    peer,
    unit,
    ratio,
    goal: goals.map(({ text }) => text).join(', ') || undefined,
    met: goals.length ? missed.length === 0 : undefined,
    note: notes.join('; ') || undefined,
  };
}
