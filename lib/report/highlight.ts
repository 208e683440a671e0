import highlighter from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import json from 'highlight.js/lib/languages/json';
import typescript from 'highlight.js/lib/languages/typescript';
import { escapeHtml } from '../notebook/escape-html';

const languages = { typescript, bash, json };
for (const [name, language] of Object.entries(languages)) highlighter.registerLanguage(name, language);
highlighter.registerAliases(['javascript', 'js'], { languageName: 'typescript' });

/**
 * Code as HTML with a `span` around each word of meaning; plain where the language is none of TypeScript, bash, JSON.
 * @param language name or alias, e.g. "ts", "sh"
 */
export const highlight = (code: string, language: string): string =>
  highlighter.getLanguage(language) ? highlighter.highlight(code, { language }).value : escapeHtml(code);
