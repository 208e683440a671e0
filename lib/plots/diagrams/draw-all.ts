import { drawBaseAndHead } from './draw-base-and-head';
import { drawConvolution } from './draw-convolution';
import { drawNetworks } from './draw-networks';
import { drawTransfer, type TunableNetwork } from './draw-transfer';

/**
 * Every diagram of notebook_images, by its file's name.
 * @param networks the article's four, in its order; the first is the one that is shown in detail
 */
export function drawAll(networks: readonly [TunableNetwork, ...TunableNetwork[]]): Record<string, string> {
  return {
    'convolution.svg': drawConvolution(),
    'base-and-head.svg': drawBaseAndHead(networks[0]),
    'transfer.svg': drawTransfer(networks[0]),
    'networks.svg': drawNetworks(networks),
  };
}
