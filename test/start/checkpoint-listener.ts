import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { once } from "node:events";

export interface Stop {
  readonly name: string;
  readonly pid: number;
}

/** The other end of lambdas/core/checkpoint.ts: hears every step, and kills or holds a process where a test wants it. */
export class CheckpointListener {
  /** For KAPOK_CHECKPOINT_SOCKET. */
  readonly socket: string;
  /** How often each step was reached. */
  readonly reached = new Map<string, number>();
  /** Decides what happens at a step: the process goes on when this resolves. */
  onStop: (stop: Stop) => void | Promise<void> = () => undefined;
  readonly #server: Server;

  private constructor(socket: string) {
    this.socket = socket;
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const stop = JSON.parse(Buffer.concat(chunks).toString()) as Stop;
      this.reached.set(stop.name, (this.reached.get(stop.name) ?? 0) + 1);
      await this.onStop(stop);
      response.end("go");
    });
  }

  static async open(folder: string): Promise<CheckpointListener> {
    const listener = new CheckpointListener(join(folder, "checkpoints.sock"));
    listener.#server.listen(listener.socket);
    await once(listener.#server, "listening");
    return listener;
  }

  /** Resolves when a process waits at this step for the `occurrence`-th time from now; that process is then killed. */
  killAt(name: string, occurrence = 1, beforeKill: () => Promise<void> = async () => undefined): Promise<void> {
    let left = occurrence;
    return new Promise((resolve) => {
      this.onStop = async (stop) => {
        if (stop.name !== name || --left > 0) return;
        this.onStop = () => undefined;
        await beforeKill();
        process.kill(stop.pid, "SIGKILL");
        resolve();
      };
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
