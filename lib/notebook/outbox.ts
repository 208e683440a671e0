/** A ZeroMQ socket, as far as sending goes. */
export interface Socket {
  send(frames: unknown): Promise<void>;
  close(): void;
}

/**
 * A socket whose `send` is lossless and ordered. ZeroMQ for Node refuses more than 512 messages in one turn of the event
 * loop; what is beyond `atOnce` waits here for the next.
 */
export function neverBusy(socket: Socket, atOnce = 256): Socket {
  const waiting: unknown[] = [];
  let left = atOnce;
  let renewing = false;
  const renew = (): void => {
    renewing = false;
    left = atOnce;
    while (left > 0 && waiting.length > 0) deliver(waiting.shift());
  };
  const deliver = (frames: unknown): void => {
    left--;
    if (!renewing) {
      renewing = true;
      setImmediate(renew);
    }
    // A socket that was closed meanwhile has nobody listening.
    socket.send(frames).catch(() => undefined);
  };
  return {
    send: async (frames) => {
      if (waiting.length === 0 && left > 0) deliver(frames);
      else waiting.push(frames);
    },
    close: () => socket.close(),
  };
}
