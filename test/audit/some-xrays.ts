import type { Xray } from '../../lib/dataset/xray';

/** Pictures of a class from a source, somebody else on each. */
export const some = (label: string, source: string, count: number, view = 'PA'): Xray[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `/pictures/${label}/${source}-${i}.png`,
    label,
    patientId: `${label} ${source} ${i}`,
    source,
    view,
    width: 10,
    height: 10,
    sha256: `${label} ${source} ${i}`,
    license: '',
  }));
