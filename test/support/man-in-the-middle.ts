/** Somebody between two machines who ends TLS with a certificate of their own and passes on what they read. */
import { connect, createServer, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import type { MachineIdentity } from "#peers/identity/machine-identity";

export interface ManInTheMiddle {
  readonly port: number;
  /** All that was said to them in clear, both ways. */
  heard(): string;
  connections(): number;
  close(): void;
}

export async function tlsManInTheMiddle(port: number, identity: MachineIdentity): Promise<ManInTheMiddle> {
  let heard = "";
  let connections = 0;
  const sockets = new Set<TLSSocket>();
  const { keyPem: key, certificatePem: cert } = identity;
  const server = createServer({ key, cert, requestCert: true, rejectUnauthorized: false }, (victim) => {
    const target = connect({ host: "127.0.0.1", port, key, cert, rejectUnauthorized: false });
    for (const [from, to] of [
      [victim, target],
      [target, victim],
    ] as const) {
      sockets.add(from);
      from.on("data", (data: Buffer) => {
        heard += data.toString("latin1");
        to.write(data);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  server.on("connection", () => (connections += 1));
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    connections: () => connections,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
