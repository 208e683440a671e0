import { existsSync } from 'node:fs';

/** Where Chromium or a browser of its kind is, if anywhere: `CHROMIUM`, else where Linux distributions put it. */
export const chromium: string | undefined = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file && existsSync(file));

export const launchOptions = {
  executablePath: chromium ?? '',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
};
