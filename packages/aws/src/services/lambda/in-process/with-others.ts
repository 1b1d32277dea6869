/** A built-in module with other members in the place of some. */
export function withOthers(module: object, others: Readonly<Record<string, unknown>>): object {
  const kept = Object.entries(Object.getOwnPropertyDescriptors(module)).filter(
    ([name]) => !Object.hasOwn(others, name),
  );
  return Object.assign(Object.defineProperties({}, Object.fromEntries(kept)), others);
}
