import { InputError } from '../core/check';
import { fractalNetwork } from './fractal';
import type { Builder } from './layers';
import { mobilenet } from './mobilenet';
import { type BackboneName, backboneNames, isBackboneName, type Pretraining } from './names';
import { nearest } from './nearest';
import { pixels } from './pixels';
import type { PreprocessingMode } from './preprocessing-mode';
import { resnet50 } from './resnet';
import { resnet50v2 } from './resnet-v2';
import { vgg } from './vgg';

/** Where a network's weights come from, and how they are stored. */
export type WeightsSource =
  | {
      readonly kind: 'keras-h5';
      /** Below `weightsAddress()`; its last part is the file's name on disk. */
      readonly path: string;
      readonly md5: string;
    }
  | {
      readonly kind: 'layers-model';
      /** Of model.json, below `weightsAddress()`; the shards lie beside it. Its folder's name is the folder on disk. */
      readonly path: string;
    }
  | {
      /** A layers-model that comes with the project. */
      readonly kind: 'repository';
      /** Below lib/networks/pretrained/ of the project's folder. */
      readonly folder: string;
      /** SHA-256 of each file. */
      readonly sha256: Readonly<Record<string, string>>;
    }
  /** It has none. */
  | { readonly kind: 'none' };

/** Everything there is to know of a network. To add one: add a row here and a builder. */
export interface Network {
  readonly name: BackboneName;
  readonly title: string;
  /** Builds every layer that the weights file has up to the end of the convolutional base. */
  readonly build: Builder;
  /** Pixels. */
  readonly inputSize: number;
  readonly preprocessing: PreprocessingMode;
  /** What its weights were pretrained on: their name, and the default where weights are chosen. */
  readonly pretraining: Pretraining;
  readonly weights: WeightsSource;
  /** Layer whose output is the feature map, unless another is asked for. */
  readonly cut: string;
  /** First layer of the last block before `cut`, where fine-tuning starts. */
  readonly fineTuneFrom: string;
  readonly citation: string;
}

const vggCitation =
  'Simonyan K, Zisserman A. Very Deep Convolutional Networks for Large-Scale Image Recognition. ICLR 2015. arXiv:1409.1556';

/** The table of networks; sources of weights and checksums as in keras_applications. */
export const networks = {
  vgg16: {
    name: 'vgg16',
    title: 'VGG16',
    build: vgg('vgg16', [2, 2, 3, 3, 3]),
    inputSize: 224,
    preprocessing: 'caffe',
    pretraining: 'imagenet',
    weights: {
      kind: 'keras-h5',
      path: 'tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5',
      md5: '6d6bbae143d832006294945121d1f1fc',
    },
    cut: 'block5_pool',
    fineTuneFrom: 'block5_conv1',
    citation: vggCitation,
  },
  vgg19: {
    name: 'vgg19',
    title: 'VGG19',
    build: vgg('vgg19', [2, 2, 4, 4, 4]),
    inputSize: 224,
    preprocessing: 'caffe',
    pretraining: 'imagenet',
    weights: {
      kind: 'keras-h5',
      path: 'tensorflow/keras-applications/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5',
      md5: '253f8cb515780f3b799900260a226db6',
    },
    cut: 'block5_pool',
    fineTuneFrom: 'block5_conv1',
    citation: vggCitation,
  },
  resnet50: {
    name: 'resnet50',
    title: 'ResNet50',
    build: resnet50,
    inputSize: 224,
    preprocessing: 'caffe',
    pretraining: 'imagenet',
    weights: {
      kind: 'keras-h5',
      path: 'tensorflow/keras-applications/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5',
      md5: '4d473c1dd8becc155b73f8504c6f6626',
    },
    cut: 'conv5_block3_out',
    fineTuneFrom: 'conv5_block1_1_conv',
    citation:
      'He K, Zhang X, Ren S, Sun J. Deep Residual Learning for Image Recognition. CVPR 2016. arXiv:1512.03385',
  },
  resnet50v2: {
    name: 'resnet50v2',
    title: 'ResNet50V2',
    build: resnet50v2,
    inputSize: 224,
    preprocessing: 'tf',
    pretraining: 'imagenet',
    weights: {
      kind: 'keras-h5',
      path: 'tensorflow/keras-applications/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5',
      md5: 'fac2f116257151a9d068a22e544a4917',
    },
    cut: 'post_relu',
    fineTuneFrom: 'conv5_block1_preact_bn',
    citation:
      'He K, Zhang X, Ren S, Sun J. Identity Mappings in Deep Residual Networks. ECCV 2016. arXiv:1603.05027',
  },
  mobilenet: {
    name: 'mobilenet',
    title: 'MobileNet',
    build: mobilenet,
    inputSize: 224,
    preprocessing: 'tf',
    pretraining: 'imagenet',
    weights: { kind: 'layers-model', path: 'tfjs-models/tfjs/mobilenet_v1_1.0_224/model.json' },
    // The last block is ImageNet's own; files cut here are a third smaller and are common.
    cut: 'conv_pw_12_relu',
    fineTuneFrom: 'conv_dw_12',
    citation:
      'Howard AG et al. MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications. 2017. arXiv:1704.04861',
  },
  fractal: {
    name: 'fractal',
    title: 'Fractal',
    build: fractalNetwork(3),
    inputSize: 224,
    preprocessing: 'standardize',
    pretraining: 'fractals',
    weights: {
      kind: 'repository',
      folder: 'fractal',
      sha256: {
        'model.json': 'c26d98239ecc9a16ea4371ece0e03f02cc7e332fc27aece5020194698e277dc9',
        'weights.bin': '179be9a34198de4b84d9fa02a2613bbee21c74b13ebe3dbd0817902061cbf29e',
      },
    },
    cut: 'block5_relu',
    fineTuneFrom: 'block5_pool',
    citation:
      'Kataoka H et al. Pre-training without Natural Images. ACCV 2020. arXiv:2101.08515; ' +
      'Anderson C, Farrell R. Improving Fractal Pre-training. WACV 2022. arXiv:2110.03091',
  },
  // What every network has to beat: no network at all.
  pixels: {
    name: 'pixels',
    title: '32×32 pixels',
    build: pixels,
    inputSize: 224,
    preprocessing: 'scale',
    pretraining: 'none',
    weights: { kind: 'none' },
    cut: 'pixels',
    fineTuneFrom: 'pixels',
    citation:
      'Torralba A, Fergus R, Freeman WT. 80 Million Tiny Images. IEEE Transactions on Pattern Analysis and Machine Intelligence 2008',
  },
} satisfies Readonly<Record<BackboneName, Network>>;

/**
 * A row of the table.
 * @throws InputError naming the most similar name and all of them
 */
export function networkNamed(name: string): Network {
  if (isBackboneName(name)) return networks[name];
  throw new InputError(
    `backbone is "${name}"; did you mean ${nearest(String(name), backboneNames, 1)}? Choose one of ${backboneNames.join(', ')}, ` +
      'or, to load one, a folder with the model.json of a layers-model',
  );
}
