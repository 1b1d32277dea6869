interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
}

type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

interface ItemInput {
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly KeyConditions?: Readonly<
    Record<string, { readonly AttributeValueList?: readonly AttributeValue[] }>
  >;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<
    Record<string, { readonly TableName?: string; readonly Key?: Attributes; readonly Item?: Attributes }>
  >[];
}

interface Write {
  readonly PutRequest?: { readonly Item?: Attributes };
  readonly DeleteRequest?: { readonly Key?: Attributes };
}

/**
 * The values of the partition key that a request is about, which policies may limit.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 *
 * @param table its name: a request may be about several
 * @param key the attribute that is the partition key of the table or the index
 */
export function leadingKeysOf(given: object, table: string, key: string | undefined): string[] {
  if (key === undefined) return [];
  const input = given as ItemInput;
  const [, many] = Object.entries(input.RequestItems ?? {}).find(([name]) => name.endsWith(table)) ?? [];
  const written = Array.isArray(many)
    ? (many as readonly Write[]).map(
        ({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key,
      )
    : ((many as { readonly Keys?: readonly Attributes[] } | undefined)?.Keys ?? []);
  const transacted = (input.TransactItems ?? [])
    .flatMap((item) => Object.values(item))
    .filter(({ TableName }) => TableName?.endsWith(table))
    .map(({ Key, Item }) => Key ?? Item);
  const values = [
    ...[input.Key, input.Item, ...written, ...transacted].map((attributes) => attributes?.[key]),
    ...(input.KeyConditions?.[key]?.AttributeValueList ?? []),
    conditionOf(input, key),
  ];
  return [...new Set(values.flatMap(textOf))];
}

/** The value that a query's expression asks of the key: `#pk = :pk`. */
function conditionOf(input: ItemInput, key: string): AttributeValue | undefined {
  const names = input.ExpressionAttributeNames ?? {};
  for (const [, name = '', value = ''] of (input.KeyConditionExpression ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  ))
    if ((names[name] ?? name) === key) return input.ExpressionAttributeValues?.[value];
  return undefined;
}

function textOf(value: AttributeValue | undefined): string[] {
  const text = value?.S ?? value?.N ?? (value?.B && Buffer.from(value.B).toString('base64'));
  return text === undefined ? [] : [text];
}
