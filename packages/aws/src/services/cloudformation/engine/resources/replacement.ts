import type { ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { ResourceType } from '../../resources/resource';

type RequiresRecreation = NonNullable<NonNullable<ResourceChangeDetail['Target']>['RequiresRecreation']>;

/** Whether the change of a property needs a new resource, as change sets say it before anything is done. */
export function recreationOf({ schema, handler }: ResourceType, property: string): RequiresRecreation {
  if (handler.replacesAlso.includes(property)) return 'Always';
  const replaces = schema.properties[property]?.replaces;
  if (replaces === undefined) return 'Never';
  return replaces === 'always' ? 'Always' : 'Conditionally';
}

/** Whether the change of a property does need a new resource. @param next the property's value after the change */
export function needsReplacement(type: ResourceType, property: string, next: unknown): boolean {
  const recreation = recreationOf(type, property);
  if (recreation !== 'Conditionally') return recreation === 'Always';
  return type.handler.replacesWhen?.(property, next) ?? true;
}
