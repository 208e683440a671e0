import path from 'node:path';
import { inspect } from 'node:util';
import { InputError } from '../core/check';

/** What Jupyter calls an `error`: the content of the message and of the output in a notebook. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** A cell as it was written and as it was compiled, for finding a line of the one in the other. */
export interface CellCode {
  readonly source: string;
  readonly compiled: string;
}

/** The name under which a cell's compiled code appears in stack frames. */
export const cellFrameName = (count: number): string => `cell[${count}]`;

const cellFrame = /cell\[(\d+)\]:(\d+):\d+/;
const machinery = /node:|[\\/]@?tslab[\\/]|[\\/]notebook[\\/](kernel|cell-session|notebook-process)\.[jt]s/;
const words = (line: string): string[] =>
  (line.match(/[A-Za-z_$][\w$]*|\d+|'[^']*'|"[^"]*"/g) ?? []).filter((word) => word !== 'exports');

/**
 * The number (from 1) of the written line that a compiled line came from, by the words they share, or undefined
 * where none is alike. TypeScript keeps the order of lines but drops types and blank lines, and tslab gives no map.
 */
export function findSourceLine({ source, compiled }: CellCode, compiledLine: number): number | undefined {
  const compiledLines = compiled.split('\n');
  const wanted = new Set(words(compiledLines[compiledLine - 1] ?? ''));
  const sourceLines = source.split('\n');
  const expected = (compiledLine / compiledLines.length) * sourceLines.length;
  let best: { line: number; score: number } | undefined;
  sourceLines.forEach((text, index) => {
    const found = new Set(words(text));
    const shared = [...found].filter((word) => wanted.has(word)).length;
    const likeness = shared / (found.size + wanted.size - shared || 1);
    // Position only decides between lines that read the same.
    const score = likeness - Math.abs(index + 1 - expected) * 1e-4;
    if (likeness >= 0.3 && (!best || score > best.score)) best = { line: index + 1, score };
  });
  return best?.line;
}

function cleanFrame(line: string, codes: ReadonlyMap<number, CellCode>): string[] {
  const match = cellFrame.exec(line);
  if (!match) return [line.replaceAll('file://', '').replaceAll(/(\/[^\s():]+)(?=:\d+:\d+)/g, relative)];
  const code = codes.get(Number(match[1]));
  const found = code && findSourceLine(code, Number(match[2]));
  // The frame of the function that tslab wraps a cell in has no line of its own.
  if (!found) return [];
  return [`    at cell [${match[1]}], line ${found}: ${code.source.split('\n')[found - 1]?.trim()}`];
}

// Notebooks are committed and sent around: they carry no absolute paths.
const relative = (file: string): string => path.relative(process.cwd(), file).split(path.sep).join('/');

const isFrame = (line: string): boolean => /^\s+at /.test(line);

function cleanStack(thrown: Error, codes: ReadonlyMap<number, CellCode>): string[] {
  const lines = (thrown.stack ?? `${thrown.name}: ${thrown.message}`).split('\n');
  // Node puts the failing line of compiled code and a caret before the message of what a script throws.
  const decorated = /^(node:\S+|evalmachine\.<anonymous>|cell\[\d+\]|\/.*):\d+$/.test(lines[0] ?? '');
  const kept = (decorated ? lines.slice(lines.indexOf('') + 1) : lines).filter(
    (line) =>
      !isFrame(line) ||
      (!machinery.test(line) &&
        !/at (new Promise|process\.).*<anonymous>/.test(line) &&
        (!(thrown instanceof InputError) || cellFrame.test(line))),
  );
  const own = kept.flatMap((line) => (isFrame(line) ? cleanFrame(line, codes) : [line]));
  const parts: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown.cause];
  const causes = parts.filter(isError).flatMap((cause) => {
    const [first, ...rest] = cleanStack(cause, codes);
    return [`Caused by: ${first}`, ...rest];
  });
  return [...own, ...causes];
}

const isInterrupt = (thrown: Error): boolean =>
  (thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' ||
  thrown.message === 'Interrupted asynchronously';

/** Describes what a cell threw, with a traceback that shows the cell's own lines and the project's, not the kernel's. */
export function describeThrown(thrown: unknown, codes: ReadonlyMap<number, CellCode>): CellError {
  if (!isError(thrown)) {
    const text = typeof thrown === 'string' ? thrown : inspect(thrown);
    return { ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] };
  }
  if (isInterrupt(thrown)) {
    const evalue = 'the cell was interrupted; what earlier cells computed is still there';
    return { ename: 'Interrupted', evalue, traceback: [`Interrupted: ${evalue}`] };
  }
  return { ename: thrown.name, evalue: thrown.message, traceback: cleanStack(thrown, codes) };
}

// Errors may come from another realm (a vm context), where instanceof fails.
const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';

/** One mistake that TypeScript found; line and column count from 1. */
export interface TypeMistake {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Describes a cell that TypeScript refused: each mistake with its line and a caret below the place. */
export function describeMistakes(mistakes: readonly TypeMistake[], source: string): CellError {
  const lines = source.split('\n');
  const traceback = mistakes.flatMap(({ file, line, column, message }) => {
    const where = `${file ? `${relative(path.resolve(file))}, ` : ''}line ${line}, column ${column}: ${message}`;
    const text = file ? undefined : lines[line - 1];
    return text === undefined ? [where] : [where, `  ${text}`, `  ${' '.repeat(Math.max(0, column - 1))}^`];
  });
  const evalue = traceback.filter((line) => /^\S/.test(line)).join('\n');
  return {
    ename: 'TypeScriptError',
    evalue,
    traceback: [`TypeScriptError: the cell did not run`, ...traceback],
  };
}
