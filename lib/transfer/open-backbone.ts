import type { Backbone } from '../networks/backbone';
import { type BackboneOptions, loadBackbone } from '../networks/load-backbone';

let kept: { key: string; backbone: Promise<Backbone> } | undefined;

/**
 * A backbone from memory if it was the last one opened, else loaded; the one before is disposed. One is kept because
 * a notebook works on one network, and VGG19 alone takes 80 MB.
 */
export async function openBackbone(options: BackboneOptions): Promise<Backbone> {
  const key = JSON.stringify(options);
  if (kept?.key !== key) {
    await releaseBackbone();
    kept = { key, backbone: loadBackbone(options) };
    kept.backbone.catch(() => {
      kept = undefined;
    });
  }
  return kept.backbone;
}

/** Frees the memory of the backbone that is kept. */
export async function releaseBackbone(): Promise<void> {
  const released = kept;
  kept = undefined;
  (await released?.backbone.catch(() => undefined))?.model.dispose();
}
