import { deleteItem, type Key, putItem, queryItems } from '../table';

/** A build that has not come to its end, or of which something is still to be undone. */
export interface Open {
  build: string;
  /** Milliseconds since 1970. */
  since: number;
}

function keyOf(build: string): Key {
  return { pk: 'OPEN', sk: build };
}

/** Enters a build in the list of those that the sweep looks at. Before its record is written: none may be missed. */
export async function enterOpen(build: string): Promise<void> {
  const entry: Open = { build, since: Date.now() };
  await putItem({ ...keyOf(build), ...entry }, { expression: 'attribute_not_exists(#pk)' });
}

/** Strikes a build off the list. After all else: nobody looks at it from then on. */
export async function strikeOpen(build: string): Promise<void> {
  await deleteItem(keyOf(build));
}

/** All builds that have not come to their end, oldest names first. */
export async function listOpen(): Promise<Open[]> {
  return queryItems<Open>('OPEN');
}
