import type { Json } from '../language/definition';
import { Variables } from './variables';

/**
 * How far a graph has come, and the branches or iterations of the state that it is in: where a redrive goes on.
 * https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export class Progress {
  /** Set once the graph has come to its end: a redrive does not run it again. */
  result?: { readonly value: Json };
  private at?: { readonly name: string; readonly input: Json };
  private readonly parts = new Map<number, Progress>();

  constructor(readonly variables: Variables = new Variables()) {}

  /** The state to go on with, and its input; that of the beginning for a graph that has not begun. */
  resume(startAt: string, input: Json): { name: string; input: Json } {
    return this.at ?? { name: startAt, input };
  }

  /** Notes the state that is entered. The parts are those of the one before, unless it is the one that is gone on with. */
  enter(name: string, input: Json): void {
    if (this.at?.name !== name || this.at.input !== input) this.restart();
    this.at = { name, input };
  }

  /** Forgets the parts: the state is run anew, all of it. */
  restart(): void {
    this.parts.clear();
  }

  /** A branch or iteration of the state. */
  part(index: number): Progress {
    const part = this.parts.get(index) ?? new Progress(new Variables(this.variables));
    this.parts.set(index, part);
    return part;
  }
}
