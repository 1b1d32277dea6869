import { eventually } from '../shared';
import type { Scenario } from './scenario';

const BODY = Buffer.alloc(64 * 1024, 'x');

export const object: Scenario = async ({ clients: { s3 }, shared: { bucket: Bucket }, name: Key, later }) => {
  await s3.putObject({ Bucket, Key, Body: BODY });
  later(() => s3.deleteObject({ Bucket, Key }));
  await s3.headObject({ Bucket, Key });
  const { Body } = await s3.getObject({ Bucket, Key });
  await Body?.transformToByteArray();
  await s3.listObjectsV2({ Bucket, Prefix: Key });
};

export const multipartUpload: Scenario = async ({ clients: { s3 }, shared, name: Key, later }) => {
  const { bucket: Bucket } = shared;
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: BODY });
  await s3.completeMultipartUpload({
    Bucket,
    Key,
    UploadId,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
  });
  later(() => s3.deleteObject({ Bucket, Key }));
  const abandoned = await s3.createMultipartUpload({ Bucket, Key });
  await s3.uploadPart({ Bucket, Key, UploadId: abandoned.UploadId, PartNumber: 1, Body: BODY });
  await s3.abortMultipartUpload({ Bucket, Key, UploadId: abandoned.UploadId });
};

export const bucket: Scenario = async ({ clients: { s3 }, name: Bucket, later }) => {
  await s3.createBucket({ Bucket });
  later(() => s3.deleteBucket({ Bucket }));
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet: [{ Key: 'load', Value: 'yes' }] } });
  await s3.listBuckets({});
};

export const item: Scenario = async ({ clients: { dynamodb }, shared, name, later }) => {
  const { table: TableName } = shared;
  const Key = { id: { S: name } };
  await dynamodb.putItem({ TableName, Item: { ...Key, text: { S: 'x'.repeat(1000) } } });
  later(() => dynamodb.deleteItem({ TableName, Key }));
  await dynamodb.getItem({ TableName, Key, ConsistentRead: true });
  await dynamodb.updateItem({
    TableName,
    Key,
    UpdateExpression: 'SET n = :n',
    ExpressionAttributeValues: { ':n': { N: '1' } },
  });
  await dynamodb.query({
    TableName,
    KeyConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': { S: name } },
  });
  await dynamodb.transactWriteItems({
    TransactItems: [{ Put: { TableName, Item: { ...Key, n: { N: '2' } } } }],
  });
};

export const table: Scenario = async ({ clients: { dynamodb }, name: TableName, later }) => {
  await dynamodb.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  later(() => dynamodb.deleteTable({ TableName }));
  await eventually(async () => {
    const { Table } = await dynamodb.describeTable({ TableName });
    return Table?.TableStatus === 'ACTIVE';
  });
  await dynamodb.putItem({ TableName, Item: { id: { S: 'one' } } });
};

export const parameter: Scenario = async ({ clients: { ssm }, name, later }) => {
  const Name = `/load/${name}`;
  await ssm.putParameter({ Name, Value: 'one', Type: 'String' });
  later(() => ssm.deleteParameter({ Name }));
  await ssm.putParameter({ Name, Value: 'two', Type: 'String', Overwrite: true });
  await ssm.getParameter({ Name });
  await ssm.getParameterHistory({ Name });
};

export const secret: Scenario = async ({ clients: { secrets }, name: Name, later }) => {
  await secrets.createSecret({ Name, SecretString: 'secret' });
  later(() => secrets.deleteSecret({ SecretId: Name, ForceDeleteWithoutRecovery: true }));
  await secrets.getSecretValue({ SecretId: Name });
  await secrets.describeSecret({ SecretId: Name });
};

export const encryption: Scenario = async ({ clients: { kms }, shared, name, later }) => {
  const { keyId: KeyId } = shared;
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from(name) });
  await kms.decrypt({ CiphertextBlob });
  await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' });
  const { GrantId } = await kms.createGrant({
    KeyId,
    GranteePrincipal: shared.roleArn,
    Operations: ['Decrypt'],
  });
  later(() => kms.revokeGrant({ KeyId, GrantId }));
  await kms.describeKey({ KeyId });
};
