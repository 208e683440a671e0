import { parseDocument } from 'htmlparser2';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { codeSpan, plainMarkdown } from '../../lib/core/markdown';
import { hostileTexts } from '../faults/hostile-text';

const render = (line: string): string => new MarkdownIt({ html: true }).renderInline(line);

/** The names of the elements, and the text between them. */
function read(html: string): { elements: string[]; text: string } {
  const elements: string[] = [];
  const textOf = (nodes: ReturnType<typeof parseDocument>['childNodes']): string =>
    nodes
      .map((node) => {
        if ('name' in node) elements.push(node.name);
        if ('children' in node) return textOf(node.children);
        return 'data' in node ? node.data : '';
      })
      .join('');
  return { text: textOf(parseDocument(html).childNodes), elements };
}

// What a renderer itself replaces: no text at all.
const texts = hostileTexts.filter((text) => text.length < 1000 && !text.includes('\0'));

test.each(texts)('%j stands for itself', (text) => {
  const line = text.replaceAll(/\s+/g, ' ');
  expect(read(render(`a ${plainMarkdown(text)} b`))).toEqual({ elements: [], text: `a ${line} b` });
  expect(read(render(`a ${codeSpan(text)} b`))).toEqual({ elements: ['code'], text: `a ${line} b` });
});

test('code may have backticks', () => {
  expect(codeSpan('a')).toBe('`a`');
  expect(codeSpan('`a`` b')).toBe('``` `a`` b ```');
  expect(read(render(codeSpan('`a`` b')))).toEqual({ elements: ['code'], text: '`a`` b' });
});
