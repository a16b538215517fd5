/** A wire between two programs that a test can cut: forwards every byte of a TCP port, or stops doing so. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Resets what is connected now; new connections go through again. */
  sever(): void;
  /** While true, nothing goes through and nothing is closed: a cable that was pulled. */
  hold(isHeld: boolean): void;
  close(): void;
}

export async function proxyTo(port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isHeld = false;
  const server = createServer((inside) => {
    const outside = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      if (isHeld) from.pause();
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sever: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    hold: (held) => {
      isHeld = held;
      for (const socket of sockets) {
        if (held) socket.unpipe();
        else socket.resume();
      }
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
