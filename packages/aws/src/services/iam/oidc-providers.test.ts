import { type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region.aws.stop());

const Url = 'https://token.actions.githubusercontent.com';
const OpenIDConnectProviderArn =
  'arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com';
const THUMBPRINT = '6938fd4d98bab03faadb97b34396831e3780aea1';

test('a provider is known by its address, its clients and its thumbprints change', async () => {
  const iam = region.api('iam');
  const made = await iam.CreateOpenIDConnectProvider({
    Url,
    ClientIDList: ['sts.amazonaws.com'],
    ThumbprintList: [THUMBPRINT],
    Tags: [{ Key: 'team', Value: 'web' }],
  });
  expect(made).toEqual({ OpenIDConnectProviderArn, Tags: [{ Key: 'team', Value: 'web' }] });
  await iam.AddClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'other' });
  await iam.AddClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'other' });
  await iam.RemoveClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'nobody' });
  expect(await iam.GetOpenIDConnectProvider({ OpenIDConnectProviderArn })).toEqual({
    Url: 'token.actions.githubusercontent.com',
    ClientIDList: ['sts.amazonaws.com', 'other'],
    ThumbprintList: [THUMBPRINT],
    CreateDate: expect.any(Date),
    Tags: [{ Key: 'team', Value: 'web' }],
  });
  await iam.RemoveClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'other' });
  const ThumbprintList = ['a'.repeat(40)];
  await iam.UpdateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList });
  await iam.TagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags: [{ Key: 'a', Value: 'b' }] });
  await iam.UntagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: ['team'] });
  const Tags = [{ Key: 'a', Value: 'b' }];
  expect(await iam.ListOpenIDConnectProviderTags({ OpenIDConnectProviderArn })).toEqual({
    Tags,
    IsTruncated: false,
  });
  expect(await iam.GetOpenIDConnectProvider({ OpenIDConnectProviderArn })).toMatchObject({
    ClientIDList: ['sts.amazonaws.com'],
    ThumbprintList,
    Tags,
  });
  expect(await iam.ListOpenIDConnectProviders({})).toEqual({
    OpenIDConnectProviderList: [{ Arn: OpenIDConnectProviderArn }],
  });
  await iam.DeleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
  await iam.DeleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
  expect((await iam.ListOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([]);
  await expect(iam.GetOpenIDConnectProvider({ OpenIDConnectProviderArn })).rejects.toMatchObject({
    code: 'NoSuchEntity',
    message: `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
  });
});

test('an address is registered once, and is one of HTTPS, or on this machine', async () => {
  const iam = region.api('iam');
  await iam.CreateOpenIDConnectProvider({ Url });
  await expect(iam.CreateOpenIDConnectProvider({ Url })).rejects.toMatchObject({
    code: 'EntityAlreadyExists',
    message: `Provider with url ${Url} already exists.`,
  });
  for (const wrong of ['token.actions.githubusercontent.com', 'http://example.org', `${Url}?a=b`, 'https://'])
    await expect(iam.CreateOpenIDConnectProvider({ Url: wrong })).rejects.toMatchObject({
      code: 'InvalidInput',
      message: 'Invalid Open ID Connect Provider URL',
    });
  const local = await iam.CreateOpenIDConnectProvider({ Url: 'http://127.0.0.1:8080/issuer' });
  expect(local.OpenIDConnectProviderArn).toBe(
    'arn:aws:iam::000000000000:oidc-provider/127.0.0.1:8080/issuer',
  );
});

test('a provider has so many clients and thumbprints at most', async () => {
  const iam = region.api('iam');
  const ClientIDList = Array.from({ length: 101 }, (_, i) => `client-${i}`);
  await expect(iam.CreateOpenIDConnectProvider({ Url, ClientIDList })).rejects.toMatchObject({
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
  });
  const ThumbprintList = Array.from({ length: 6 }, () => THUMBPRINT);
  await expect(iam.CreateOpenIDConnectProvider({ Url, ThumbprintList })).rejects.toMatchObject({
    code: 'InvalidInput',
  });
});
