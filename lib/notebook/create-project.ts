import { mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkChoice, InputError } from '../core/check';
import { educationOnly } from '../core/education-only';
import { entriesOf, exists, writeFolderAtomic } from '../core/files';
import { codeSpan, plainMarkdown } from '../core/markdown';
import { projectFolder } from '../core/settings';
import { classFolders } from '../dataset/class-files';
import { backboneNames } from '../networks/names';
import { joinLines, readNotebook, writeNotebook } from './notebook-document';

export interface ProjectOptions {
  /** The folder of class folders. It stays where it is; nothing of it is copied. */
  readonly from: string;
  /** Two or more of its classes. Default: all. */
  readonly classes?: readonly string[];
  /** The network of the notebooks. Default "fractal", which comes with its weights. */
  readonly backbone?: string;
}

/** A project that was made. */
export interface Project {
  readonly folder: string;
  /** Pictures of each class, by name; none has been opened yet. */
  readonly classes: Readonly<Record<string, number>>;
  /** Names of its notebooks. */
  readonly notebooks: readonly string[];
}

/** The project's link to its pictures: so no notebook, and no report, names a place on this machine. */
const pictures = 'pictures';

const templates = path.join(projectFolder, 'notebooks', 'templates');

async function chooseClasses({ from, classes }: ProjectOptions): Promise<Record<string, number>> {
  const found = await classFolders(path.resolve(from));
  const there = [...found.keys()];
  const chosen = classes ?? there;
  const unknown = chosen.filter((name) => !found.has(name));
  if (unknown.length)
    throw new InputError(
      `classes has "${unknown.join('", "')}"; ${from} holds ${there.join(', ') || 'none'}`,
    );
  if (chosen.length < 2)
    throw new InputError(
      `${from} gives ${chosen.length} classes; two or more are needed, each a folder of pictures in it`,
    );
  const comma = chosen.find((name) => name.includes(','));
  if (comma) throw new InputError(`${path.join(from, comma)} has a comma in its name; rename the folder`);
  return Object.fromEntries(chosen.map((name) => [name, found.get(name)!.length]));
}

async function checkEmpty(folder: string): Promise<void> {
  const names = await entriesOf(folder);
  if (names.length)
    throw new InputError(`${folder} holds ${names.length} files; name a folder that is empty or not there`);
}

/** A text as it stands within single quotes in TypeScript. */
const quoted = (text: string): string =>
  JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");

const readme = (
  name: string,
  { from, classes, backbone }: Required<ProjectOptions>,
) => `# ${plainMarkdown(name)}

Notebooks over the pictures in ${codeSpan(from)}: ${classes.map(codeSpan).join(', ')}. Made by \`xray-transfer new\`. The pictures stay where they are; \`pictures\` is a link to them.

**${educationOnly}**

\`\`\`sh
npm run lab      # opens JupyterLab here
npm run report   # runs all notebooks, writes report/index.html
\`\`\`

| notebook | what |
|---|---|
| 01-pictures | what is there, what differs between the classes, how far one gets without a network |
| 02-transfer | ${backbone} and a new head: training, confusion matrix, figures with intervals; the model is kept in models/ |
| 03-how-sure | the same on many divisions of the pictures; calibration; shuffled labels |
| 04-shortcuts | what else than what matters tells the classes apart |

Each has one cell of parameters: change it and run again. The report shows pictures of yours; mind whom you give it to.

\`node_modules/xray-transfer\` is a link too, to the program. Where one of the two has moved, make the link anew.
`;

const manifest = (name: string) => ({
  name:
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replace(/^-+/, '') || 'pictures',
  private: true,
  scripts: {
    lab: 'node node_modules/xray-transfer/scripts/lab.mjs .',
    report: 'node node_modules/xray-transfer/dist/cli.js report --project .',
  },
  dependencies: { 'xray-transfer': `file:${projectFolder}` },
});

async function fill(folder: string, name: string, options: Required<ProjectOptions>): Promise<string[]> {
  const { from, classes, backbone } = options;
  const values: Record<string, string> = { CLASSES: classes.join(','), BACKBONE: backbone };
  const notebooks = (await readdir(templates)).filter((file) => file.endsWith('.ipynb')).sort();
  await mkdir(path.join(folder, 'notebooks'), { recursive: true });
  for (const file of notebooks) {
    const notebook = await readNotebook(path.join(templates, file));
    for (const cell of notebook.cells)
      if (cell.metadata.tags?.includes('parameters'))
        cell.source = joinLines(cell.source).replaceAll(
          /'(CLASSES|BACKBONE)'/g,
          (_, key: string) => `'${quoted(values[key]!)}'`,
        );
    await writeNotebook(path.join(folder, 'notebooks', file), notebook);
  }
  await mkdir(path.join(folder, 'node_modules'));
  await symlink(from, path.join(folder, pictures), 'junction');
  await symlink(projectFolder, path.join(folder, 'node_modules', 'xray-transfer'), 'junction');
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest(name), null, 2)}\n`);
  await writeFile(path.join(folder, 'README.md'), readme(name, options));
  await writeFile(path.join(folder, '.gitignore'), 'node_modules/\nmodels/\npictures\nreport/\n');
  return notebooks;
}

/**
 * Makes a project of notebooks over a folder of class folders, whatever the classes: the pictures, transfer learning, how
 * sure its figures are, shortcuts. It links to the folder; no picture is copied.
 * @param to a folder that is empty or not there; written whole or not at all
 * @throws InputError for fewer than two classes, an unknown class or network, or a folder that is not empty
 */
export async function createProject(to: string, options: ProjectOptions): Promise<Project> {
  const backbone = checkChoice('backbone', options.backbone ?? 'fractal', backboneNames);
  const classes = await chooseClasses(options);
  const folder = path.resolve(to);
  await checkEmpty(folder);
  const filled = { from: await realpath(options.from), classes: Object.keys(classes), backbone };
  const notebooks = await writeFolderAtomic(folder, (temporary) =>
    fill(temporary, path.basename(folder), filled),
  );
  return { folder, classes, notebooks };
}

/**
 * The dataset of a project that `createProject` made.
 * @throws InputError if the folder is no such project, or its pictures have gone
 */
export async function projectDataset(project: string): Promise<string> {
  const dataset = path.resolve(project, pictures);
  if (!(await exists(dataset)))
    throw new InputError(
      `${dataset} is not there, or links to what is not; ${project} is no project made by "new", or its pictures have gone`,
    );
  return dataset;
}
