// Loaded into a Tocsin process under test (NODE_OPTIONS=--import): what it dials on certain ports of 127.0.0.1 goes through
// the wires of the test instead. TOCSIN_TEST_DETOURS: JSON, port to port. Set by team-network.ts.
import { syncBuiltinESMExports } from "node:module";
import tls from "node:tls";

const detours = JSON.parse(process.env.TOCSIN_TEST_DETOURS);
const { connect } = tls;
tls.connect = (options, ...rest) =>
  connect({ ...options, port: detours[options.port] ?? options.port }, ...rest);
syncBuiltinESMExports();
