import { getItem, type Key, putItem } from '../../table';
import { tellPeople } from '../../tell/people';

const KEY: Key = { pk: 'TOLD', sk: 'NIGHT' };

/** SNS takes more; nobody reads that. */
const MOST_CHARACTERS = 20_000;

/** Tells people what the night has found, unless it is what they were told last. */
export async function tellOnce(lines: readonly string[]): Promise<void> {
  const text = lines.join('\n').slice(0, MOST_CHARACTERS);
  const told = await getItem<{ text: string }>(KEY);
  if (text === (told?.text ?? '')) return;
  if (text) await tellPeople('Kiln: what the night has found', `${text}\n`);
  await putItem({ ...KEY, text });
}
