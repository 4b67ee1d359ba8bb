/** A reason to stop that the operator can do something about: shown without a stack, ends the command with its code. */
export class Explained extends Error {
  override readonly name: string = "Explained";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command line, the credentials or the file cannot be used; the service never decided anything about it. */
export class UnusableInput extends Explained {
  override readonly name = "UnusableInput";

  constructor(message: string) {
    super(message, 2);
  }
}

/** The service refuses this client, or did not answer for longer than the import waits. */
export class ServiceFailed extends Explained {
  override readonly name = "ServiceFailed";

  constructor(message: string) {
    super(message, 3);
  }
}
