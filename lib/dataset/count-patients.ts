import type { Xray } from './xray';

/** How many patients these pictures are of. */
export const countPatients = (xrays: readonly Pick<Xray, 'patientId'>[]): number =>
  new Set(xrays.map(({ patientId }) => patientId)).size;
