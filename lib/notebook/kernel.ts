import { ZmqServer } from 'tslab/dist/jupyter';
import { CellSession } from './cell-session';
import { type Completion, completedCode } from './completed-code';
import { exitWithParent } from './exit-with-parent';
import { inspectPlaces } from './inspect-places';
import { languageInfo } from './language';
import { neverBusy, type Socket } from './outbox';

type Message = Parameters<ZmqServer['handleExecute']>[1];
type Content = Record<string, unknown>;
type Shell = ZmqServer['shell'];
/** A ZeroMQ socket, as far as binding goes. */
interface Bound {
  bindSync(address: string): void;
}

/** tslab's server, with cells run by a CellSession and each of Jupyter's messages that tslab leaves out. */
class KernelServer extends ZmqServer {
  /** The one answered last: JupyterLab asks what its names are. */
  private completion: Completion | undefined;

  constructor(
    private readonly session: CellSession,
    connectionFile: string,
  ) {
    super(session.handler, connectionFile);
    // At once: as long as ZeroMQ binds in a thread of its own, it refuses whatever is asked of a socket, and a client that
    // is quicker to find the port than this process to hear of it would never be answered.
    this.parts.bindSocket = async (socket, port) => {
      const { transport, ip } = this.connInfo;
      const isOutput = socket === this.iopub;
      if (isOutput) {
        this.iopub.sendTimeout = 0;
        this.iopub.sendHighWaterMark = 0;
      }
      socket.bindSync(`${transport}://${ip}:${port}`);
      if (isOutput) this.iopub = neverBusy(this.iopub as unknown as Socket) as unknown as typeof this.iopub;
    };
  }

  /** A member that tslab keeps to itself in its types. */
  private get parts(): { bindSocket: (socket: Bound, port: number) => Promise<void> } {
    return this as unknown as { bindSocket: (socket: Bound, port: number) => Promise<void> };
  }

  private reply(message: Message, type: string, content: Content, socket: unknown): void {
    const reply = message.createReply();
    reply.header.msg_type = type;
    reply.content = content;
    reply.signAndSend(this.connInfo.key, socket);
  }

  // What fails here is a message that cannot be read or answered: it must neither fail the running cell nor end the kernel.
  override async handleShellMessage(socket: Shell, ...frames: Buffer[]): Promise<void> {
    try {
      await super.handleShellMessage(socket, ...frames);
    } catch (error) {
      process.emitWarning(error as Error);
    }
  }

  override handleKernelInfo(socket: Shell, message: Message): void {
    const info = { ...this.handler.handleKernel(), implementation: 'xray-transfer' };
    const content = { ...info, status: 'ok', language_info: languageInfo };
    this.reply(message, 'kernel_info_reply', content, socket);
  }

  override async handleExecute(socket: Shell, message: Message): Promise<void> {
    const { code, stop_on_error: stopOnError } = message.content as { code: string; stop_on_error?: boolean };
    const { status, executionCount, error } = await this.session.run(
      code,
      ({ type, content }) => this.reply(message, type, content, this.iopub),
      { stopOnError },
    );
    const content = { status, execution_count: executionCount, payload: [], user_expressions: {}, ...error };
    this.reply(message, 'execute_reply', content, socket);
  }

  override handleInspect(socket: Shell, message: Message): void {
    const asked = message.content as { code: string; cursor_pos: number };
    const { code, cursor } = completedCode(asked.code, asked.cursor_pos, this.completion);
    const nothing = { status: 'ok', found: false, data: {}, metadata: {} };
    const look = (place: number) => {
      try {
        return this.handler.handleInspect({ code, cursor_pos: place, detail_level: 0 });
      } catch {
        return nothing;
      }
    };
    let content: Content = nothing;
    for (const place of inspectPlaces(code, cursor)) {
      content = look(place) as unknown as Content;
      if (content.found) break;
    }
    this.reply(message, 'inspect_reply', content, socket);
  }

  override handleComplete(socket: Shell, message: Message): void {
    const { code, cursor_pos: cursor } = message.content as { code: string; cursor_pos: number };
    try {
      this.completion = this.session.complete(code, cursor);
    } catch {
      // Where tslab cannot say, there is nothing to offer.
      this.completion = { code, start: cursor, end: cursor, matches: [] };
    }
    const { start, end, matches } = this.completion;
    const content = {
      status: 'ok',
      matches: matches.map(({ text }) => text),
      cursor_start: start,
      cursor_end: end,
      // JupyterLab asks what a name is only where it is told more than the name.
      metadata: { _jupyter_types_experimental: matches.map((match) => ({ ...match, start, end })) },
    };
    this.reply(message, 'complete_reply', content, socket);
  }

  override handleCommInfoRequest(socket: Shell, message: Message): void {
    this.reply(message, 'comm_info_reply', { status: 'ok', comms: {} }, socket);
  }

  override handleShutdown(socket: Shell, message: Message): void {
    const { restart = false } = message.content as { restart?: boolean };
    this.reply(message, 'shutdown_reply', { status: 'ok', restart }, socket);
    // What a notebook left running, such as a timer, does not keep the kernel.
    setTimeout(() => process.exit(0), 300);
  }
}

/** Starts the Jupyter kernel of this process on the connection that Jupyter described in a file. */
export async function startKernel(connectionFile: string): Promise<void> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  exitWithParent();
  await new KernelServer(new CellSession(), connectionFile).init();
}
