import type { Armed, Kind } from './kind';

/** What a person does. False where there was nothing to do it to. */
export type Deed = (armed: Armed) => Promise<boolean | undefined>;

/** A person does something some time after the state has begun. */
export function person(deed: Deed): Kind['arm'] {
  return (armed) => {
    armed.world.act(armed.drawn.delay, async () => {
      if ((await deed(armed)) !== false) armed.struck();
    });
    return undefined;
  };
}
