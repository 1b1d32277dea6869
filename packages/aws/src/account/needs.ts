import type { ServiceDefinition } from '../core/service';

/** What a region has beside its services, and services may need. */
const SURROUNDINGS: readonly string[] = ['network'];

/**
 * The services, each after those that it needs.
 * @throws Error for a need that nobody meets, and for services that need each other in a circle
 */
export function inOrderOfNeeds(
  definitions: Readonly<Record<string, ServiceDefinition>>,
): [string, ServiceDefinition][] {
  const ordered = new Map<string, ServiceDefinition>();
  const visit = (name: string, path: readonly string[]) => {
    if (ordered.has(name) || SURROUNDINGS.includes(name)) return;
    if (path.includes(name)) throw new Error(`services need each other: ${[...path, name].join(' → ')}`);
    const definition = definitions[name];
    if (!definition) throw new Error(`${path.at(-1)} needs ${name}, which is no service of this region`);
    for (const need of definition.needs) visit(need, [...path, name]);
    ordered.set(name, definition);
  };
  for (const name of Object.keys(definitions)) visit(name, []);
  return [...ordered];
}
