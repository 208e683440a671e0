import { lungField, lungFieldSize } from './lung-field';
import type { Mask } from './mask';
import { phantomMasks } from './phantom-masks';
import { readPixels } from './read-pixels';
import { greyThumbnail } from './thumbnail';
import { isSynthetic, type Xray } from './xray';

/**
 * Where a picture's lungs are: known of a phantom, which was drawn; of an X-ray the rough field of `lungField`.
 * @returns undefined where no lungs are found
 * @throws InputError for a file that cannot be read, or a phantom of another version
 */
export async function lungMask(xray: Xray): Promise<Mask | undefined> {
  if (isSynthetic([xray])) return phantomMasks(xray).lungs;
  const found = lungField(greyThumbnail(await readPixels(xray.path), lungFieldSize));
  return found && { width: lungFieldSize, height: lungFieldSize, data: found.mask };
}
