import { asError, InputError } from '../core/check';
import { type BackendName, backendNames } from '../core/settings';

/** A back end that works. */
export interface WorkingBackend {
  /** Version of TensorFlow's C library, where it computes. */
  readonly tensorflow?: string;
  /** Asks for the name of the GPU in use; absent if none is. */
  readonly gpu?: () => Promise<string>;
  /** What else there is to say: why it is not faster. */
  readonly remark?: string;
}

/** Makes a back end the one that computes. @throws Error saying why it cannot */
export type Opener = () => Promise<WorkingBackend>;

/** The back end that was chosen, and why. */
export interface ChosenBackend extends WorkingBackend {
  readonly backend: BackendName;
  readonly reason: string;
}

/**
 * Opens the back end that is asked for, or else the fastest that works.
 * @throws InputError telling why none works
 */
export async function chooseBackend(
  openers: Readonly<Record<BackendName, Opener>>,
  requested?: BackendName,
): Promise<ChosenBackend> {
  const refused: string[] = [];
  for (const backend of requested ? [requested] : backendNames) {
    try {
      const found = await openers[backend]();
      const why = requested ? ['asked for by XRAY_BACKEND'] : refused;
      const reason = [...why, ...(found.remark ? [found.remark] : [])].join('; ');
      return { backend, ...found, reason: reason || 'the fastest back end works' };
    } catch (error) {
      refused.push(`no ${backend}: ${asError(error).message}`);
    }
  }
  throw new InputError(
    requested
      ? `XRAY_BACKEND is "${requested}", which does not work here (${refused.join('; ')}); leave it out, and the fastest that works is taken`
      : `No back end of TensorFlow.js works (${refused.join('; ')}); run \`npm run setup\``,
  );
}
