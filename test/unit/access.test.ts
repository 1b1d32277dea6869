import { authorizer, authorizers } from '../../serverless/access.cjs';
import { type Call, callerOf } from '../../src/api/call';

const using = (params: Record<string, string>) => ({
  resolveVariable: async (name: string) => params[name.replace('param:', '')] ?? '',
});

test('without an issuer of tokens IAM identities may call', async () => {
  expect([await authorizer(using({})), await authorizers(using({}))]).toEqual([{ type: 'aws_iam' }, {}]);
});

test('with one its bearers may, for each audience that is named', async () => {
  const params = using({ jwtIssuer: 'https://issuer.example.com', jwtAudience: 'kiln,other' });
  expect(await authorizer(params)).toEqual({ name: 'jwt' });
  expect(await authorizers(params)).toEqual({
    jwt: {
      type: 'jwt',
      identitySource: '$request.header.Authorization',
      issuerUrl: 'https://issuer.example.com',
      audience: ['kiln', 'other'],
    },
  });
});

test.each([
  [{ jwtIssuer: 'https://issuer.example.com' }, 'expected --param="jwtAudience=…" beside jwtIssuer'],
  [{ jwtAudience: 'kiln' }, 'expected --param="jwtIssuer=…" beside jwtAudience'],
])('one without the other stops the packaging (%j)', async (params, words) => {
  await expect(authorizer(using(params))).rejects.toThrow(words);
});

test.each([
  [{ iam: { userArn: 'arn:aws:iam::000000000000:user/ada' } }, 'arn:aws:iam::000000000000:user/ada'],
  [
    { jwt: { claims: { iss: 'https://issuer.example.com', sub: 'repo:example/site' }, scopes: null } },
    'repo:example/site of https://issuer.example.com',
  ],
  [
    { jwt: { claims: { iss: 'https://issuer.example.com', sub: '7', email: 'eva@example.com' } } },
    '7 of https://issuer.example.com (eva@example.com)',
  ],
  [undefined, undefined],
])('who calls is told by what API Gateway says: %j', (said, caller) => {
  expect(callerOf({ requestContext: { authorizer: said } } as unknown as Call)).toBe(caller);
});
