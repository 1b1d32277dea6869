import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

test("AWS's own aliases are listed before they have a key, and with it from their first use on", async () => {
  const kms = region.api('kms');
  const AliasName = 'alias/aws/s3';
  const find = async () =>
    (await kms.ListAliases({})).Aliases?.filter((alias) => alias.AliasName === AliasName);
  const AliasArn = `arn:aws:kms:us-east-1:000000000000:${AliasName}`;
  expect(await find()).toEqual([{ AliasName, AliasArn }]);
  const { KeyMetadata } = await kms.DescribeKey({ KeyId: AliasName });
  expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS' });
  expect(await find()).toMatchObject([{ AliasName, AliasArn, TargetKeyId: KeyMetadata?.KeyId }]);
});
