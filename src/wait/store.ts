import { deleteItem, type Key, putItem, queryItems } from '../table';
import type { Wait } from './wait';

/** Longer than any state of the machine may wait. */
const KEPT_SECONDS = 45 * 24 * 60 * 60;

/** A fleet is waited for by its name, which is not its alone: the build makes it so. */
function keyOf({ kind, resource, build }: Wait): Key {
  return { pk: 'WAIT', sk: kind === 'fleet' ? `fleet/${resource}/${build}` : `${kind}/${resource}` };
}

/** Keeps a wait. That of an earlier attempt, whose token is dead, is overwritten. */
export async function storeWait(wait: Wait): Promise<void> {
  await putItem({ ...keyOf(wait), ...wait, expiresAt: Math.floor(Date.now() / 1000) + KEPT_SECONDS });
}

/** Forgets a wait, unless a newer attempt has put its own token in its place. */
export async function deleteWait(wait: Wait): Promise<void> {
  await deleteItem(keyOf(wait), { expression: '#token = :token', values: { ':token': wait.token } });
}

/** All waits, of all builds. */
export async function listWaits(): Promise<Wait[]> {
  return queryItems<Wait>('WAIT');
}

/** The waits for one resource. */
export async function findWaits(kind: Wait['kind'], resource: string): Promise<Wait[]> {
  const found = await queryItems<Wait>('WAIT', { prefix: `${kind}/${resource}` });
  return found.filter((wait) => wait.resource === resource);
}

/** The waits of one build. */
export async function findWaitsOf(build: string): Promise<Wait[]> {
  return (await listWaits()).filter((wait) => wait.build === build);
}
