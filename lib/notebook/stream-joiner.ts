/** How long written text may wait for more, in milliseconds. */
const patience = 30;
/** The same inside a loop that never lets timers run. */
const patienceInLoop = 200;

/**
 * Joins what a cell writes, so that three thousand lines are a few messages and none is lost. Text goes on as soon as
 * the stream changes, on `flush`, or after 30 ms; 200 ms inside a loop that never lets timers run.
 */
export class StreamJoiner {
  #name = '';
  #parts: string[] = [];
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly send: (name: string, text: string) => void) {}

  write(name: string, text: string): void {
    if (!text) return;
    if (name !== this.#name) this.flush();
    if (this.#parts.length === 0) {
      this.#name = name;
      this.#since = Date.now();
      this.#timer = setTimeout(() => this.flush(), patience);
    }
    this.#parts.push(text);
    if (Date.now() - this.#since > patienceInLoop) this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    const text = this.#parts.join('');
    this.#parts = [];
    if (text) this.send(this.#name, text);
  }
}
