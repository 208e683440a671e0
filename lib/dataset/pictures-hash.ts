import { sha256 } from '../core/files';
import type { Xray } from './xray';

/** SHA-256 over the pictures' hashes, whatever their order. */
export const picturesHash = (xrays: readonly Pick<Xray, 'sha256'>[]): string =>
  sha256(
    xrays
      .map((xray) => xray.sha256)
      .sort()
      .join('\n'),
  );
