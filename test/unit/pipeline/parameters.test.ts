import { InvalidParameter } from '../../../src/errors';
import { checkParameters, matchParameters } from '../../../src/pipeline/parameters';
import { samplePipeline } from './sample';

const pipeline = samplePipeline({
  parameters: {
    SITE: { default: 'resolve:ssm:/kiln/web/site', pattern: '^s3://.+' },
    MOTTO: {},
  },
});

test('what the request gives wins over defaults, and references stay as they are', () => {
  expect(checkParameters(pipeline, { MOTTO: 'hei' })).toEqual({
    SITE: 'resolve:ssm:/kiln/web/site',
    MOTTO: 'hei',
  });
  expect(checkParameters(pipeline, { MOTTO: '', SITE: 's3://b/k' })).toEqual({ SITE: 's3://b/k', MOTTO: '' });
});

test.each([
  [{ MOTTO: 'x', SIET: 'y' }, 'pipeline web has no parameter SIET: it has SITE, MOTTO'],
  [{ toString: 'x', MOTTO: 'y' }, 'pipeline web has no parameter toString: it has SITE, MOTTO'],
  [
    { MOTTO: 'resolve:secretsmanager:x' },
    'pipeline web, parameter MOTTO: expected a text or resolve:ssm:NAME, got "resolve:secretsmanager:x"',
  ],
  [{}, 'pipeline web needs a value for parameter MOTTO: it has no default'],
])('%j is refused', (given, message) => {
  expect(() => checkParameters(pipeline, given as Record<string, string>)).toThrow(
    new InvalidParameter(message),
  );
  expect(() => checkParameters(pipeline, given as Record<string, string>)).toThrow(InvalidParameter);
});

test('a pipeline without parameters says that it has none', () => {
  expect(() => checkParameters(samplePipeline(), { A: 'x' })).toThrow(
    'pipeline web has no parameter A: it has none',
  );
});

test('a parameter named like something that every object has is not taken from there', () => {
  expect(() => samplePipeline({ parameters: { constructor: {} } })).toThrow('a name of your own');
  const named = samplePipeline({ parameters: { length: {} } });
  expect(() => checkParameters(named, {})).toThrow('needs a value for parameter length');
});

test('a value that matches its pattern passes', () => {
  expect(() => matchParameters(pipeline, { SITE: 's3://bucket/key', MOTTO: 'anything' })).not.toThrow();
});

test('a value on which a pattern would never come to an end does not match it', () => {
  const slow = samplePipeline({ parameters: { MOTTO: { pattern: '^(a+)+$' } } });
  expect(() => matchParameters(slow, { MOTTO: `${'a'.repeat(60)}b` })).toThrow(InvalidParameter);
});

test('a value that does not match is told with pipeline, parameter, pattern and value', () => {
  expect(() => matchParameters(pipeline, { SITE: 'https://x', MOTTO: '' })).toThrow(
    new InvalidParameter(
      'pipeline web, parameter SITE: expected a value that matches ^s3://.+, got "https://x"',
    ),
  );
});
