import { describeNetwork } from '../../../lib/networks/describe-network';
import type { BackboneName } from '../../../lib/networks/names';
import { networks } from '../../../lib/networks/table';
import type { TunableNetwork } from '../../../lib/plots/diagrams/draw-transfer';

const describe = async (name: BackboneName): Promise<TunableNetwork> => ({
  ...(await describeNetwork(name)),
  fineTuneFrom: networks[name].fineTuneFrom,
});

/** The article's four networks, as the diagrams take them. */
export async function describedNetworks(): Promise<[TunableNetwork, ...TunableNetwork[]]> {
  return [
    await describe('vgg16'),
    await describe('vgg19'),
    await describe('resnet50'),
    await describe('resnet50v2'),
  ];
}
