import { freePort } from "../../scripts/start/ports.ts";
import { ChainProcess } from "../start/chain-process.ts";
import { temporaryHome } from "../start/temporary-home.ts";

/** An embedded chain beside Kapok, always at the same place, that comes back whenever it dies. */
export class RestartedChain {
  readonly url: string;
  readonly #home: ReturnType<typeof temporaryHome>;
  readonly #variables: Record<string, string>;
  #process: ChainProcess;
  #over = false;
  #watching: Promise<void>;

  private constructor(
    home: ReturnType<typeof temporaryHome>,
    variables: Record<string, string>,
    process: ChainProcess,
  ) {
    this.url = process.url;
    this.#home = home;
    this.#variables = variables;
    this.#process = process;
    this.#watching = this.#watch();
  }

  static async start(variables: Record<string, string>): Promise<RestartedChain> {
    const home = temporaryHome();
    const all = { ...variables, CHAIN_PORT: String(await freePort()) };
    return new RestartedChain(home, all, await ChainProcess.start(home.path, all));
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#process.stop();
    await this.#watching;
    await this.#process.stop();
    this.#home.remove();
  }

  async #watch(): Promise<void> {
    while (!this.#over) {
      await this.#process.ended;
      if (!this.#over) this.#process = await ChainProcess.start(this.#home.path, this.#variables);
    }
  }
}
