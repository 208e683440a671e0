#!/usr/bin/env node
// Opens JupyterLab of the project's environment, with the project's kernel, on this machine only; its address
// carries the token. It begins at the start page. A folder given first is opened instead of the project's own; the rest
// is passed on, and stands in the place of what is here.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { environment, environmentPython, inProject, project } from './setup/paths.mjs';

if (!existsSync(path.join(environment, '.setup.json')) || !existsSync(environmentPython)) {
  console.error('JupyterLab is not installed: there is no .venv. `npm run setup` says why and what to do.');
  process.exit(1);
}

const jupyter = inProject('jupyter');
const given = process.argv.slice(2);
const folder = given[0] && !given[0].startsWith('-') ? path.resolve(given.shift()) : project;
const joined = (first, others) => [first, others].filter(Boolean).join(path.delimiter);
// custom.css names the files of the font beside it.
const styles = [path.join(jupyter, 'custom'), inProject('node_modules', '@fontsource', 'arimo', 'files')];
// JupyterLab refuses an option that is given twice; this one has a short name too.
const address = given.find((option) => /^--(ServerApp\.)?ip(=|$)/.test(option));
const options = Object.entries({
  'ServerApp.root_dir': folder,
  // Whatever a configuration of this machine says.
  ...(address === undefined && { 'ServerApp.ip': '127.0.0.1' }),
  'LabApp.default_url': `/lab/tree/notebooks${folder === project ? '/00-start.ipynb' : ''}`,
  'LabApp.custom_css': 'True',
  // No option has its name: a setting of the web server below.
  'ServerApp.tornado_settings': JSON.stringify({ static_custom_path: styles }),
  'MultiKernelManager.default_kernel_name': 'xray-transfer',
})
  .filter(([name]) => !given.some((option) => option.startsWith(`--${name}=`)))
  .map(([name, value]) => `--${name}=${value}`);
console.error(
  address === undefined
    ? `JupyterLab answers on this machine only, to whoever has the token in its address. From another machine, keep it so
and come by a tunnel: ssh -L 8888:127.0.0.1:8888 THIS_MACHINE (the port is in the address below).`
    : `JupyterLab is given ${address}: whoever reaches it and has the token runs any program here. Give it a certificate
(--ServerApp.certfile, --ServerApp.keyfile) and a network that you trust; or leave that out and come by ssh -L.`,
);
const child = spawn(environmentPython, ['-m', 'jupyterlab', ...options, ...given], {
  cwd: folder,
  stdio: 'inherit',
  env: {
    ...process.env,
    // The kernel, and no question about news, which would be fetched.
    JUPYTER_PATH: joined(jupyter, process.env.JUPYTER_PATH),
    JUPYTER_CONFIG_PATH: joined(path.join(jupyter, 'config'), process.env.JUPYTER_CONFIG_PATH),
    // The kernel is started as `node`: this one.
    PATH: joined(path.dirname(process.execPath), process.env.PATH),
  },
});
// Ctrl+C reaches JupyterLab too, which asks whether it is meant; it decides when to end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(`JupyterLab did not start: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code) => {
  if (code && process.getuid?.() === 0 && !given.includes('--allow-root'))
    console.error('In a container, where everybody is root: npm run lab -- --allow-root');
  process.exit(code ?? 1);
});
