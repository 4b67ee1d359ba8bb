/** Loaded into a process that must not need a network: says where it wanted to go, and lets it not go there. */
import { Socket } from "node:net";

// A pipe to another process of this machine is no network.
const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  const [wanted] = args.flat();
  if (typeof wanted === "object" && wanted !== null && "path" in wanted && wanted.path) {
    return Reflect.apply(connect, this, args) as Socket;
  }
  process.stderr.write(`NETWORK ${JSON.stringify(wanted)}\n`);
  return this.destroy(new Error("there is no network"));
};
