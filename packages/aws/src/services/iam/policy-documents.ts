import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import { malformedPolicy } from './errors';

/**
 * Reads the trust policy of a role.
 *
 * @throws AwsError `MalformedPolicyDocument`
 */
export function readTrustPolicy(text: string): PolicyDocument {
  return parsePolicy(text, { kind: 'trust', refuse: ({ message }) => malformedPolicy(message) });
}

/**
 * Reads a policy of permissions: inline, managed, of a session.
 *
 * @param isVersionCurrent whether it must have the current version of the language, as managed policies must
 * @throws AwsError `MalformedPolicyDocument`
 */
export function readPermissionPolicy(text: string, isVersionCurrent = false): PolicyDocument {
  return parsePolicy(text, {
    kind: 'identity',
    isVersionCurrent,
    refuse: ({ message }) => malformedPolicy(message),
  });
}

/** IAM answers policy documents percent-encoded (RFC 3986). https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
