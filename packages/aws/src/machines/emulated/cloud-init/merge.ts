import { z } from 'zod';

type Value = Record<string, unknown>;

/** How a later part changes what earlier ones said. */
interface Merging {
  list: 'replace' | 'append' | 'prepend';
  /** Whether a key that is there takes the later value. */
  replaces: boolean;
  /** Whether lists under the same key become one. */
  recursesLists: boolean;
}

const DEFAULT: Merging = { list: 'replace', replaces: true, recursesLists: false };

/** Each as in `{ name: list, settings: [append] }`. */
const Structured = z.array(z.looseObject({ name: z.string(), settings: z.array(z.string()).default([]) }));

/**
 * Makes one cloud-config of those of all parts, in their order: a later one's keys take the place of an earlier one's, unless it says
 * otherwise with `merge_how`, or its part of a message does in its header.
 *
 * @see https://cloudinit.readthedocs.io/en/latest/reference/merging.html
 */
export function mergeConfigs(configs: readonly { value: Value; merging?: string }[]): Value {
  return configs.reduce<Value>((merged, { value: config, merging }) => {
    const how = config.merge_how ?? config.merge_type ?? merging;
    return mergeValues(merged, config, how === undefined ? DEFAULT : readMerging(how));
  }, {});
}

function mergeValues(before: Value, later: Value, merging: Merging): Value {
  const merged = { ...before };
  for (const [key, value] of Object.entries(later)) {
    const old = before[key];
    if (!(key in before)) merged[key] = value;
    else if (
      Array.isArray(old) &&
      Array.isArray(value) &&
      (merging.recursesLists || merging.list !== 'replace')
    )
      merged[key] =
        merging.list === 'prepend'
          ? [...value, ...old]
          : merging.list === 'append'
            ? [...old, ...value]
            : value;
    else if (isMap(old) && isMap(value) && !merging.replaces) merged[key] = mergeValues(old, value, merging);
    else if (merging.replaces) merged[key] = value;
  }
  return merged;
}

function isMap(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `list(append)+dict(recurse_array)+str()`, or the same as a list of maps. */
function readMerging(how: unknown): Merging {
  const settings = new Map<string, readonly string[]>();
  if (typeof how === 'string')
    for (const [, name = '', list = ''] of how.matchAll(/(\w+)\(([^)]*)\)/g))
      settings.set(
        name,
        list.split(',').map((one) => one.trim()),
      );
  const structured = Structured.safeParse(how);
  if (structured.success) for (const { name, settings: own } of structured.data) settings.set(name, own);
  const list = settings.get('list') ?? [];
  const dict = settings.get('dict') ?? [];
  return {
    list: list.includes('append') ? 'append' : list.includes('prepend') ? 'prepend' : 'replace',
    replaces: dict.includes('replace'),
    recursesLists: dict.some((one) => ['recurse_array', 'recurse_list'].includes(one)),
  };
}
