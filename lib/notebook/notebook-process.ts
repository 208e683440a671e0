import { type CellReply, CellSession, type Emit } from './cell-session';
import { exitWithParent } from './exit-with-parent';

// The child process of executeNotebook: one notebook's session, without Jupyter.

/** From the parent: the source of the next cell. */
export interface CellRequest {
  readonly code: string;
}

/** To the parent: what a cell says, then how it ended. */
export type ProcessMessage =
  | Parameters<Emit>[0]
  | { readonly type: 'ready' }
  | { readonly type: 'reply'; readonly content: CellReply };

const tell = (message: ProcessMessage): void => {
  if (process.connected) process.send?.(message);
};

process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
exitWithParent();
const session = new CellSession();
process.on('message', async ({ code }: CellRequest) => {
  tell({ type: 'reply', content: await session.run(code, tell) });
});
process.on('disconnect', () => process.exit(0));
tell({ type: 'ready' });
