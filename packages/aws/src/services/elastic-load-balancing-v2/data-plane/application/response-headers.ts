import { type Attributes, responseHeaderAttributes } from '../../records/attributes';

/**
 * The headers that a listener is set to give all responses; they take the place of the target's.
 * Application Load Balancer User Guide, HTTP header modification.
 */
export function addedHeaders(attributes: Attributes): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { key, header } of responseHeaderAttributes) {
    const value = attributes.get(key);
    if (value) headers[header] = value;
  }
  return headers;
}
