/** Data sets in which nothing tells the classes apart, by how their pictures are made. */
export const settings = {
  'every picture for itself': { classes: ['a', 'b'], alike: 0 },
  "a patient's pictures alike": { classes: ['a', 'b'], alike: 0.5 },
  'three classes': { classes: ['a', 'b', 'c'], alike: 0.5 },
};

/** Numbers that stand for what a network makes of a picture. */
const dimension = 200;

/** Records of so many patients a class, a picture or two each, from two sources that have nothing to do with the class. */
export function noiseRecords(random, classes, [fewest, most] = [20, 60]) {
  const pick = (names) => names[random.integer(names.length)];
  return classes.flatMap((label) =>
    Array.from({ length: fewest + random.integer(most - fewest + 1) }, (_, p) => {
      const [source, view] = [pick(['here', 'there']), pick(['PA', 'AP'])];
      return Array.from({ length: 1 + random.integer(2) }, (_, k) => ({
        path: `${label}/${p}-${k}.png`,
        label,
        patientId: `${label} ${p}`,
        source,
        view,
        width: 200 + random.integer(800),
        height: 200 + random.integer(800),
        sha256: `${label}-${p}-${k}`,
        license: '',
      }));
    }).flat(),
  );
}

/**
 * Rows of normal numbers, as a network would make them of noise: a picture is its centre and its border, each of which
 * may have something of its patient, and nothing of its class.
 */
function rowsOfNoise(xrays, seed, alike, seededRandom) {
  const patientOf = new Map(xrays.map(({ sha256, patientId }) => [sha256, patientId]));
  const drawn = new Map();
  const normal = (name) => {
    if (!drawn.has(name)) {
      const random = seededRandom(`${seed}/${name}`);
      drawn.set(
        name,
        Float32Array.from({ length: dimension }, () => random.normal()),
      );
    }
    return drawn.get(name);
  };
  const partOf = (part, sha256) => {
    const [own, shared] = [normal(`${part} ${sha256}`), normal(`${part} of ${patientOf.get(sha256)}`)];
    return own.map((value, d) => Math.sqrt(1 - alike) * value + Math.sqrt(alike) * shared[d]);
  };
  const parts = {
    whole: ({ sha256, border }) => [partOf('border', border?.sha256 ?? sha256), partOf('centre', sha256)],
    border: ({ sha256 }) => [partOf('border', sha256)],
    'without-centre': ({ sha256 }) => [partOf('border', sha256), partOf('ring', sha256)],
    lungs: ({ sha256 }) => [partOf('centre', sha256)],
  };
  return async (pictures, region) => {
    const data = new Float32Array(pictures.length * dimension);
    pictures.forEach((picture, i) => {
      for (const part of parts[region](picture))
        for (let d = 0; d < dimension; d++) data[i * dimension + d] += part[d];
    });
    return { data, dimension };
  };
}

/** A thumbnail in which lungs are found: a phantom's. */
export function chestThumbnail({ drawPhantom, greyThumbnail, seededRandom }) {
  const random = seededRandom('chest');
  const { width, height, data } = drawPhantom('normal', random.fork('patient'), random.fork('picture'));
  const colours = Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]);
  return greyThumbnail({ width, height, data: colours }, 32);
}

/**
 * One audit of noise by the audit's own tests and rules.
 * @param library functions of the library: learningFrom, learntParts, learntTests, studyOf, toTest, verdictOf, seededRandom
 * @param setting one of `settings`; `patients` a class, fewest and most, default 20 to 60
 * @param chest a thumbnail in which lungs are found, under the noise of each picture
 * @returns the verdict of the whole, and the verdict of each test by its name
 */
export async function noiseAudit(library, { classes, alike, patients }, seed, chest) {
  const { learningFrom, learntParts, learntTests, studyOf, toTest, verdictOf, seededRandom } = library;
  const random = seededRandom(`noise ${seed}`);
  const xrays = noiseRecords(random, classes, patients);
  const controls = noiseRecords(random.fork('controls'), ['other'], patients).map((xray) => ({
    ...xray,
    source: 'here',
  }));
  const thumbnails = xrays.map(() => chest.map((grey) => grey + 12 * random.normal()));
  const rowsOf = rowsOfNoise([...xrays, ...controls], seed, alike, seededRandom);
  const study = studyOf(xrays, classes, seed);
  const learning = learningFrom({ study, thumbnails: async () => thumbnails, controls, rowsOf });
  const parts = [];
  for (const part of Object.keys(learntParts)) parts.push(await learntTests(part, learning));
  const { whole } = parts.find((part) => part.whole);
  const tests = parts.flatMap(({ results }) => results.map((result) => toTest(result, whole)));
  return {
    verdict: verdictOf(tests, whole),
    tests: Object.fromEntries(tests.map(({ name, verdict }) => [name, verdict])),
  };
}
