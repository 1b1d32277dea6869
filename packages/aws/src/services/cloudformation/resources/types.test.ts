import type { ResourceType } from './resource';
import { findUnknown } from './schema/unsupported-properties';
import { loadTypes, resourceTypes } from './types';

let types: ReadonlyMap<string, ResourceType>;
beforeAll(async () => {
  types = await loadTypes();
});

const names = Object.keys(resourceTypes);

function typeOf(name: string): ResourceType {
  const type = types.get(name);
  if (!type) throw new Error(`no type ${name}`);
  return type;
}

test.each(names)('%s handles and lacks only what its schema has', (name) => {
  const { handler, schema } = typeOf(name);
  const { replacesAlso, fixed, lacksUpdatesOf } = handler;
  expect(findUnknown(handler, schema)).toEqual([]);
  const others = [...replacesAlso, ...fixed, ...lacksUpdatesOf, ...(handler.name ? [handler.name] : [])];
  expect(others.filter((property) => !handler.handles.includes(property))).toEqual([]);
});

test.each(names)('%s handles all that is required', (name) => {
  const { handler, schema } = typeOf(name);
  const required = Object.entries(schema.properties).flatMap(([property, one]) =>
    one.required ? [property] : [],
  );
  expect(required.filter((property) => !handler.handles.includes(property))).toEqual([]);
});

test.each(names)('%s can change what CloudFormation changes in place, or says that it cannot', (name) => {
  const { handler, schema } = typeOf(name);
  const inPlace = handler.handles.filter(
    (property) =>
      schema.properties[property]?.replaces !== 'always' &&
      ![...handler.replacesAlso, ...handler.fixed, ...handler.lacksUpdatesOf].includes(property) &&
      !(property === schema.tags?.property && handler.retag),
  );
  expect(inPlace.length > 0 && !handler.update ? inPlace : []).toEqual([]);
});

test('tags can be changed wherever they can be given', () => {
  const stuck = names.filter((name) => {
    const { handler, schema } = typeOf(name);
    const property = schema.tags?.property ?? '';
    const replaced = schema.properties[property]?.replaces === 'always';
    return handler.handles.includes(property) && !handler.retag && !replaced;
  });
  expect(stuck).toEqual([]);
});
