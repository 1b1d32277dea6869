import type { Json, VariableValues } from '../language/definition';

/** The variables of a state machine, of one branch or of one iteration: those of outer scopes can be read, and only own ones are set. */
export class Variables {
  private readonly own = new Map<string, Json>();

  constructor(private readonly outer?: Variables) {}

  /** As they are now; a state keeps those of its beginning to its end. */
  values(): VariableValues {
    return { ...this.outer?.values(), ...Object.fromEntries(this.own) };
  }

  assign(values: VariableValues): void {
    for (const [name, value] of Object.entries(values)) this.own.set(name, value);
  }
}
