import { asError } from '../core/check';
import { asWriteError } from '../core/write-error';

/**
 * What is done when standard output or error cannot be written. A reader that has seen enough (`| head`) ends nothing
 * and is no error; a full disk under a redirected output is told in a sentence, with exit status 1.
 */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`${asError(asWriteError(error, 'Standard output')).message}\n`);
    process.exitCode = 1;
  });
  // There is nowhere left to say so; the work goes on.
  process.stderr.on('error', () => undefined);
}
