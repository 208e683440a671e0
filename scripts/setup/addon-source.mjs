import { Problem } from './problem.mjs';

/** The file of tfjs-node's addon that `withChanges` changes. */
export const patchedSource = 'tfjs_backend.cc';

/** Before the single value of a kind of attribute, its list: TensorFlow's C interface has both, tfjs-node one. */
const listOf = (kind, element, read, set) => `    case ${kind}: {
      if (IsArray(env, nstatus, &js_value)) {
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<${element}> values(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value js_element;
          nstatus = napi_get_element(env, js_value, i, &js_element);
          ENSURE_NAPI_OK(env, nstatus);
          nstatus = ${read};
          ENSURE_NAPI_OK(env, nstatus);
        }
${set}
        break;
      }
`;

const strings = listOf(
  'TF_ATTR_STRING',
  'std::string',
  'GetStringParam(env, js_element, values[i])',
  `        std::vector<const void *> texts(length);
        std::vector<size_t> lengths(length);
        for (uint32_t i = 0; i < length; ++i) {
          texts[i] = values[i].data();
          lengths[i] = values[i].size();
        }
        TFE_OpSetAttrStringList(tfe_op, attr_name, texts.data(), lengths.data(),
                                static_cast<int>(length));`,
);

const types = listOf(
  'TF_ATTR_TYPE',
  'TF_DataType',
  'napi_get_value_int32(env, js_element, reinterpret_cast<int32_t *>(&values[i]))',
  `        TFE_OpSetAttrTypeList(tfe_op, attr_name, values.data(),
                              static_cast<int>(length));`,
);

const create = 'TFJSBackend *TFJSBackend::Create(napi_env env) {';

/**
 * glibc maps blocks above 32 MB afresh each time and gives them back at once; the system then clears every page of every
 * large feature map. Kept by the process instead, they cost a sixth less of VGG16's time.
 */
const keepLargeBlocks = `#if defined(__GLIBC__)
#include <malloc.h>
#endif

static void KeepLargeBlocks() {
#if defined(__GLIBC__)
  const int most = 1 << 30;
  if (mallopt(M_MMAP_THRESHOLD, most)) mallopt(M_TRIM_THRESHOLD, most);
#endif
}

`;

/**
 * The source of tfjs-node's addon with two changes: it passes on attributes that are lists of texts or of types, which
 * TensorFlow's fused operations have (`fused_ops`: bias, sum and relu in the pass of the convolution; used by
 * lib/compute/one-dnn.ts), and it keeps the memory of large tensors for the next ones.
 */
export function withChanges(source) {
  return [
    ['    case TF_ATTR_STRING: {\n', strings],
    ['    case TF_ATTR_TYPE: {\n', types],
    [create, `${keepLargeBlocks}${create} KeepLargeBlocks();`],
  ].reduce((text, [place, changed]) => {
    const parts = text.split(place);
    if (parts.length !== 2)
      throw new Problem(
        `tfjs-node's addon has another ${patchedSource} than its version 4.22.0; run \`npm ci --ignore-scripts\`, then \`npm run setup\``,
      );
    return parts.join(changed);
  }, source);
}
