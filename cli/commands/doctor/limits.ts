import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Place } from '../../remote/place';
import { type Check, good, note } from './check';
import type { Stack } from './stack';

/** A template as far as it is measured. */
export interface Measured {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
}

/** What grows with what pipelines name beyond what they may name anyhow, and how far AWS lets it. */
interface Extent {
  readonly what: string;
  readonly is: number;
  readonly most: number;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_OF_POLICIES = 10_240;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_OF_TEMPLATE = 1_000_000;
const MOST_RESOURCES = 500;
/** Of an id that only AWS knows. */
const USUAL_ID = 40;
const NEARLY = 0.9;

/** Whether there is room: policies of roles have what deployed pipelines name beyond what all may name, and a stack takes so much. */
export async function checkLimits(
  { name, region, account, partition }: Stack,
  { client }: Pick<Place, 'client'>,
): Promise<readonly Check[]> {
  const { TemplateBody = '{}' } = await new CloudFormationClient(client).send(
    new GetTemplateCommand({ StackName: name, TemplateStage: 'Processed' }),
  );
  const known = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': partition,
    'AWS::StackName': name,
  };
  return [judge(measure(JSON.parse(TemplateBody) as Measured, TemplateBody.length, known))];
}

/**
 * @param size of the template, in bytes
 * @param known what names of AWS stand for
 */
export function measure(
  { Resources }: Measured,
  size: number,
  known: Readonly<Record<string, string>>,
): Extent[] {
  const roles = Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([id, { Properties = {} }]): Extent => {
      const policies = (Properties.Policies ?? []) as readonly { readonly PolicyDocument?: unknown }[];
      const texts = policies.map(({ PolicyDocument }) => JSON.stringify(resolve(PolicyDocument, known)));
      // IAM does not count spaces.
      const is = texts.reduce((sum, text = '') => sum + text.replace(/\s/g, '').length, 0);
      return { what: `characters of policy of the role ${id}`, is, most: MOST_OF_POLICIES };
    });
  return [
    ...roles,
    { what: 'bytes of its template', is: size, most: MOST_OF_TEMPLATE },
    { what: 'resources', is: Object.keys(Resources).length, most: MOST_RESOURCES },
  ].toSorted((a, b) => b.is / b.most - a.is / a.most);
}

function judge([fullest, ...others]: readonly Extent[]): Check {
  const full = [fullest, ...others].filter((one) => one !== undefined && one.is >= one.most * NEARLY);
  const say = ({ what, is, most }: Extent) => `about ${is} of ${most} ${what}`;
  if (full.length === 0) return good('limits', fullest ? `at most ${say(fullest)}` : 'nothing to measure');
  const texts = full.flatMap((one) => (one ? say(one) : []));
  return note(
    'limits',
    `there is hardly room for more: ${texts.join(', ')}`,
    'name by their beginning what pipelines may name (--param="names=…" and the like, docs/deploying.md), or deploy further pipelines as another stage',
  );
}

/** What CloudFormation makes of a value, about as long as it will be. */
function resolve(value: unknown, known: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, known));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Sub': sub, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return known[Ref] ?? 'x'.repeat(USUAL_ID);
  if (typeof sub === 'string')
    return sub.replace(/\$\{(!?)([\w:.]+)\}/g, (_, literal: string, name: string) =>
      literal ? `\${${name}}` : (known[name] ?? 'x'.repeat(name.endsWith('.Arn') ? 2 * USUAL_ID : USUAL_ID)),
    );
  if (attribute !== undefined) return 'x'.repeat(2 * USUAL_ID);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, known)]));
}
