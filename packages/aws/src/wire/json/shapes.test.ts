import { PutItem$, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { JsonShapeDeserializer, JsonShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { JsonReader, JsonWriter } from './shapes';

const settings = { jsonName: false, timestampFormat: { useTrait: true, default: 7 as const } };
const schema = NormalizedSchema.of(PutItem$[4]);

const nested = {
  M: { list: { L: [{ S: 'a' }, { N: '1' }, { BOOL: false }, { NULL: true }] }, own: { M: {} } },
};
const ITEMS: Record<string, unknown> = {
  'a text': { S: 'text' },
  'an empty text': { S: '' },
  bytes: { B: 'AAEC' },
  'a set of bytes': { BS: ['AAEC', ''] },
  'a set of numbers': { NS: ['1', '2'] },
  'lists and maps in one another': nested,
  'nothing at all': {},
  'two members': { S: 'a', N: '1' },
  'a member that nobody knows': { X: 'a' },
  'a member and one that nobody knows': { S: 'a', X: 'a' },
  'a member that is null': { S: null },
  null: null,
  'the name of a prototype': JSON.parse('{"__proto__":{"S":"a"}}'),
};

describe.each(Object.entries(ITEMS))('%s', (_, value) => {
  const input = { TableName: 'table', Item: { value } };

  test('is read as the SDK reads it', async () => {
    const text = JSON.stringify(input);
    expect(await new JsonReader(settings).read(schema, text)).toEqual(
      await new JsonShapeDeserializer(settings).read(schema, text),
    );
  });

  test('is written as the SDK writes it', async () => {
    const read = (await new JsonShapeDeserializer(settings).read(
      schema,
      JSON.stringify(input),
    )) as PutItemCommandInput;
    const write = (writer: JsonShapeSerializer) => {
      writer.write(schema, read);
      return writer.flush();
    };
    expect(write(new JsonWriter(settings))).toBe(write(new JsonShapeSerializer(settings)));
  });
});
