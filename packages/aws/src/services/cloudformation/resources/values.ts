import type { Json } from '../../../../data/resource-properties';
import type { ResourceContext } from './resource';

/** A document as its text, where a service wants that; templates give it either way. */
export function documentText(document: Json): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

/** As `documentText`, of a document that may be left out. */
export function optionalText(document: Json | undefined): string | undefined {
  return document === undefined ? undefined : documentText(document);
}

/** Tags as the newer services take them, by their keys. */
export function tagMap(tags: ResourceContext['tags']): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** Whether two values of a property are the same. */
export function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
