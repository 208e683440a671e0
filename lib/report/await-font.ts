import { fontName, pageCuts } from '../notebook/bundled-font';

const wanted = pageCuts.filter(({ italic }) => !italic).map(({ weight }) => `${weight} 1em ${fontName}`);

/**
 * What runs in the page before anything is drawn: a font in the page is there a moment later than its text, which would
 * jump when it comes. The page is shown once it is there, or after a third of a second all the same.
 */
export const awaitFont = `'use strict';
(() => {
  const { classList } = document.documentElement;
  const show = () => classList.remove('unset');
  classList.add('unset');
  setTimeout(show, 300);
  Promise.all(${JSON.stringify(wanted)}.map((font) => document.fonts.load(font))).then(show, show);
})();`;
