import { findChromium } from '../../lib/report/find-chromium';

/** Where Chromium or a browser of its kind is, if anywhere. */
export const chromium: string | undefined = findChromium();

export const launchOptions = {
  executablePath: chromium ?? '',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
};
