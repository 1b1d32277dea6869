import type { WireResponse } from '../../../core/service';

/** An answer of API Gateway's own. */
export function say(status: number, message: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  };
}
