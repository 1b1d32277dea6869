import { deleteAttributes, deleteItem, type Key, putItem, queryItems, setAttributes } from '../../table';

/** What becomes of what a pipeline has left whose folder is gone. */
export type Decision = { decision: 'keep' | 'retire' } | { decision: 'renamed'; to: string };

/** A pipeline that has had builds here. */
export interface Registered {
  pipeline: string;
  /** What a person has decided of it since its folder is gone. */
  decided?: Decision;
}

type Item = Key & { decision?: Decision['decision']; to?: string };

function keyOf(pipeline: string): Key {
  return { pk: 'PIPELINES', sk: pipeline };
}

/** Remembers that a pipeline has had a build here, so that what it made is found when its folder is gone. */
export async function registerPipeline(pipeline: string): Promise<void> {
  await putItem({ ...keyOf(pipeline) }, { expression: 'attribute_not_exists(#pk)' });
}

/** The pipelines that have had builds here, by name, whether their folders are there or not. */
export async function listRegistered(): Promise<Registered[]> {
  const items = await queryItems<Item>('PIPELINES');
  return items.map(({ sk: pipeline, decision, to }) => {
    if (decision === 'renamed') return { pipeline, decided: { decision, to: to ?? '' } };
    return { pipeline, ...(decision && { decided: { decision } }) };
  });
}

/** Writes down what a person has decided of a pipeline whose folder is gone. */
export async function decide(pipeline: string, decision: Decision): Promise<void> {
  await setAttributes(keyOf(pipeline), { ...decision });
}

/** Of a pipeline that is back nothing is decided any more. It stays known: a version that was pushed is found by that alone. */
export async function forgetDecision(pipeline: string): Promise<void> {
  await deleteAttributes(keyOf(pipeline), ['decision', 'to'], { expression: 'attribute_exists(#pk)' });
}

/** Forgets a pipeline of which nothing is left. */
export async function forgetPipeline(pipeline: string): Promise<void> {
  await deleteItem(keyOf(pipeline));
}

/** The names that a pipeline had before, and those that it had before those. */
export async function findFormerNames(pipeline: string): Promise<string[]> {
  const registered = await listRegistered();
  const names = new Set([pipeline]);
  for (let known = 0; known < names.size; ) {
    known = names.size;
    for (const { pipeline: name, decided } of registered)
      if (decided?.decision === 'renamed' && names.has(decided.to)) names.add(name);
  }
  return [...names].slice(1);
}
