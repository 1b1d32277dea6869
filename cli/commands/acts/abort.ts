import { type ActOptions, onBuild } from './on-build';

interface AbortOptions extends ActOptions {
  readonly now: boolean;
}

/** `kiln abort`: stops a build and undoes what it made. */
export const abort = onBuild<AbortOptions>('abort', 'is stopped, and what it made is undone', ({ now }) =>
  now ? { now } : {},
);
