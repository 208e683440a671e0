/** How 8-bit RGB pixels become a network's input; the first two named as in keras_applications/imagenet_utils.py. */
export const preprocessingModes = ['caffe', 'tf', 'scale', 'standardize'] as const;
/**
 * - `caffe`: RGB → BGR, ImageNet's mean (103.939, 116.779, 123.68) subtracted, no scaling
 * - `tf`: scaled to [-1, 1]
 * - `scale`: divided by 255, the article's way
 * - `standardize`: each picture to mean 0 and standard deviation 1, as tf.image.per_image_standardization
 */
export type PreprocessingMode = (typeof preprocessingModes)[number];
