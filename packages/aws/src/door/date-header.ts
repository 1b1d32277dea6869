import type { Clock } from '../core/clock';
import type { WireRequest } from '../core/service';

const SIGNED_AT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * The `Date` of an answer. There are clients on two clocks, those inside the embedded AWS on its own and those outside on real
 * time, and each is right: told otherwise, an SDK takes an error for one of its own clock and sends the request again.
 */
export function dateFor(request: WireRequest, clock: Clock): string {
  const signedAt = readSignedAt(request.headers['x-amz-date'] ?? request.query.get('X-Amz-Date') ?? '');
  const inside = clock.millis();
  const outside = Date.now();
  const isInside = signedAt !== undefined && Math.abs(signedAt - inside) < Math.abs(signedAt - outside);
  return new Date(isInside ? inside : outside).toUTCString();
}

function readSignedAt(text: string): number | undefined {
  const [, ...parts] = SIGNED_AT.exec(text) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
