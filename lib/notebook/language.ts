/** What a notebook's metadata say of its language; JupyterLab highlights by it. The version is tslab's TypeScript. */
export const languageInfo = {
  name: 'typescript',
  version: '5.0.4',
  mimetype: 'text/typescript',
  file_extension: '.ts',
  pygments_lexer: 'typescript',
  codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
} as const;
