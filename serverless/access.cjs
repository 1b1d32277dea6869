// Who may call the HTTP API: whoever signs as an IAM identity that may, or, where the deployment names an issuer of tokens, whoever
// brings a token of it for the audience.

/** As `provider.httpApi.authorizers` takes them. */
module.exports.authorizers = async ({ resolveVariable }) => {
  const { issuerUrl, audience } = await readParams(resolveVariable);
  if (!issuerUrl) return {};
  return { jwt: { type: 'jwt', identitySource: '$request.header.Authorization', issuerUrl, audience } };
};

/** As the route of a function takes it. */
module.exports.authorizer = async ({ resolveVariable }) =>
  (await readParams(resolveVariable)).issuerUrl ? { name: 'jwt' } : { type: 'aws_iam' };

async function readParams(resolveVariable) {
  const issuerUrl = await resolveVariable('param:jwtIssuer');
  const text = await resolveVariable('param:jwtAudience');
  const audience = text.split(',').filter(Boolean);
  if (!issuerUrl === (audience.length === 0)) return { issuerUrl, audience };
  const [lacks, has] = issuerUrl ? ['jwtAudience', 'jwtIssuer'] : ['jwtIssuer', 'jwtAudience'];
  const error = new Error(`expected --param="${lacks}=…" beside ${has}: a token is judged by both`);
  // Serverless prints the stack of what is thrown here, which helps nobody who deploys.
  error.stack = error.message;
  throw error;
}
