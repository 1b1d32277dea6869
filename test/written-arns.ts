/** A place in a template, by its Ref or an attribute of it, and values that CloudFormation itself knows. */
type Resolve = (name: string) => string;

const HERE: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
  'AWS::StackName': 'stack',
};

/** ARNs as CloudFormation would make them of resources, by type; the others have their logical id for a name. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'dynamodb:us-east-1:000000000000:table/',
  'AWS::IAM::Role': 'iam::000000000000:role/',
  'AWS::KMS::Key': 'kms:us-east-1:000000000000:key/',
  'AWS::Lambda::Function': 'lambda:us-east-1:000000000000:function:',
  'AWS::S3::Bucket': 's3:::',
  'AWS::SNS::Topic': 'sns:us-east-1:000000000000:',
};

/**
 * Writes the ARN that a template has for the resource of a statement, for a stack of some name in some account.
 *
 * @param typeOf the type of a resource of the template, by its logical id
 * @throws Error for a function of CloudFormation that is none of `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join`
 */
export function writeArn(value: unknown, typeOf: (id: string) => string | undefined): string {
  const resolve: Resolve = (name) => {
    const [id = ''] = name.split('.');
    const arn = ARNS[typeOf(id) ?? ''];
    return HERE[name] ?? (arn === undefined ? id : `arn:aws:${arn}${id}`);
  };
  return write(value, resolve);
}

function write(value: unknown, resolve: Resolve): string {
  if (typeof value === 'string') return value;
  const [[name, given] = []] = Object.entries(value as Readonly<Record<string, unknown>>);
  if (name === 'Ref') return resolve(String(given));
  if (name === 'Fn::GetAtt') return resolve([given].flat().join('.'));
  if (name === 'Fn::Sub') return substitute(given, resolve);
  if (name === 'Fn::Join') {
    const [delimiter, parts] = given as [string, readonly unknown[]];
    return parts.map((part) => write(part, resolve)).join(delimiter);
  }
  throw new Error(`${JSON.stringify(value)} is no ARN that can be written`);
}

function substitute(given: unknown, resolve: Resolve): string {
  const [text, values = {}] = [given].flat() as [string, Readonly<Record<string, unknown>>?];
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_all, isLiteral: string, name: string) => {
    if (isLiteral) return `\${${name}}`;
    return Object.hasOwn(values, name) ? write(values[name], resolve) : resolve(name);
  });
}
