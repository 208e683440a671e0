import type { Command } from 'commander';
import { educationOnly } from '../core/education-only';
import { names, run } from './run';

/** `new DIR --from FOLDER`: a project of notebooks over one's own pictures. */
export function addNew(program: Command): void {
  program
    .command('new')
    .description('a project of notebooks over a folder of class folders of your own')
    .argument('<folder>', 'folder to make')
    .requiredOption(
      '--from <folder>',
      'the class folders, with JPEG, PNG or DICOM; nothing of them is copied',
    )
    .option('--classes <names>', 'class folders to use, by commas (default: all)', names)
    .option('--backbone <name>', 'network of the notebooks', 'fractal')
    .option('--json', 'print one JSON object')
    .action((folder: string, { from, classes, backbone }, command: Command) =>
      run(command, async () => {
        const { createProject } = await import('../notebook/create-project.js');
        const project = await createProject(folder, { from, classes, backbone });
        const counts = Object.entries(project.classes).map(([name, count]) => `${name} ${count}`);
        return {
          json: project,
          text: [
            `${project.folder}: ${project.notebooks.length} notebooks over ${counts.join(', ')} pictures`,
            `Go on: cd ${folder}, then \`npm run lab\` or \`npm run report\`. ${educationOnly}`,
          ].join('\n'),
        };
      }),
    );
}
