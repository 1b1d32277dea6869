import { deleteItem, type Key, putItem, queryItems } from '../table';

function keyOf(pipeline: string): Key {
  return { pk: 'PIPELINES', sk: pipeline };
}

/** Remembers that a pipeline has had a build here, so that what it made is found when its folder is gone. */
export async function registerPipeline(pipeline: string): Promise<void> {
  await putItem({ ...keyOf(pipeline) });
}

/** The pipelines that have had builds here, by name, whether their folders are there or not. */
export async function listRegistered(): Promise<string[]> {
  return (await queryItems<Key>('PIPELINES')).map(({ sk }) => sk);
}

/** Forgets a pipeline of which nothing is left. */
export async function forgetPipeline(pipeline: string): Promise<void> {
  await deleteItem(keyOf(pipeline));
}
