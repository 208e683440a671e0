import type { CellMessage } from './cell-session';
import type { Output } from './notebook-document';

type Fields = Record<string, unknown>;

/** What a terminal shows of a text in which carriage returns go back to the start of the line. */
export const overwriteLines = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replace(/^[\s\S]*\r(?=[^\r])/, ''))
    .join('\n');

/**
 * Turns the messages of a notebook's cells into the outputs that are saved with them: streams joined, updates folded
 * into the display they belong to, in whichever cell that is, cleared outputs gone.
 */
export class OutputFolder {
  #outputs: Output[] = [];
  #clearNext = false;
  readonly #displays = new Map<string, Output[]>();

  /** Begins a cell; returns the list that its outputs are collected in. */
  begin(): Output[] {
    this.#outputs = [];
    this.#clearNext = false;
    return this.#outputs;
  }

  /** Takes one message of the running cell, or a late one of a cell before it. */
  take({ type, content }: CellMessage): void {
    if (type === 'execute_input') return;
    if (type === 'clear_output') this.#clear(content.wait === true);
    else if (type === 'update_display_data') this.#update(content);
    else this.#add(type, content);
  }

  #clear(wait: boolean): void {
    if (wait) this.#clearNext = true;
    else this.#outputs.length = 0;
  }

  #add(type: Output['output_type'], content: Fields): void {
    if (this.#clearNext) this.#outputs.length = 0;
    this.#clearNext = false;
    const last = this.#outputs.at(-1);
    if (type === 'stream' && last?.output_type === 'stream' && last.name === content.name) {
      last.text = overwriteLines(`${last.text}${content.text}`);
      return;
    }
    const { transient, ...kept } = content;
    const output: Output = { output_type: type, ...kept };
    if (type === 'stream') output.text = overwriteLines(`${content.text}`);
    this.#outputs.push(output);
    const id = (transient as { display_id?: string } | undefined)?.display_id;
    if (id) this.#displays.set(id, [...(this.#displays.get(id) ?? []), output]);
  }

  #update({ data, metadata, transient }: Fields): void {
    const id = (transient as { display_id?: string } | undefined)?.display_id ?? '';
    for (const output of this.#displays.get(id) ?? []) Object.assign(output, { data, metadata });
  }
}
