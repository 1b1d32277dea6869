import { type PolicyDocument, readPolicy } from 'aws-languages/policy/document';
import { invalidParameter } from './errors';

/**
 * Reads the policy of a repository. Its statements name no resource, since they are of the repository.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
 *
 * @throws AwsError InvalidParameterException
 */
export function readRepositoryPolicy(text: string): PolicyDocument {
  const refuse = () => invalidParameter('PolicyText', 'Invalid repository policy provided');
  return readPolicy(withResources(readJson(text)), { kind: 'resource', refuse });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withResources(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return document;
  const statements = [document.Statement].flat();
  const Statement = statements.map((one) =>
    typeof one === 'object' && one !== null && !('Resource' in one || 'NotResource' in one)
      ? { ...one, Resource: '*' }
      : one,
  );
  return { ...document, Statement };
}
