import type { Context } from '../../../core/context';
import { randomHex } from '../../../core/ids';
import type { WireRequest, WireResponse } from '../../../core/service';
import type { Mailbox } from '../resources/resource';

/** AWS's own bucket in a region, to whose objects it signs URLs. */
const BUCKET = 'cloudformation-custom-resource-response';
/** Seconds that a URL holds. */
const VALID_SECONDS = 7200;

interface Slot {
  readonly until: number;
  answer?: string;
}

/**
 * Where custom resources answer: objects in a bucket of AWS's, at presigned URLs.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export class Mailboxes {
  private readonly slots = new Map<string, Slot>();

  constructor(private readonly context: Context) {}

  /** @param key of the object */
  open(key: string): Mailbox {
    const { clock, region } = this.context;
    const signature = randomHex(64);
    const slot: Slot = { until: clock.millis() + VALID_SECONDS * 1000 };
    this.slots.set(signature, slot);
    const time = clock
      .now()
      .toISOString()
      .replace(/[-:]|\.\d{3}/g, '');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      // The scope by which the front door finds CloudFormation: the object is there for it alone.
      'X-Amz-Credential': `AWSCLOUDFORMATION/${time.slice(0, 8)}/${region}/cloudformation/aws4_request`,
      'X-Amz-Date': time,
      'X-Amz-Expires': String(VALID_SECONDS),
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': signature,
    });
    const host = `${BUCKET}-${region.replaceAll('-', '')}.s3.${region}.amazonaws.com`;
    return {
      url: `https://${host}/${encodeURIComponent(key)}?${query}`,
      read: () => slot.answer,
      close: () => this.slots.delete(signature),
    };
  }

  /** Takes what is put to a mailbox; undefined for all other requests. */
  receive({ method, host, query, body }: WireRequest): WireResponse | undefined {
    if (!host.startsWith(BUCKET)) return undefined;
    const slot = this.slots.get(query.get('X-Amz-Signature') ?? '');
    if (method !== 'PUT' || !slot || slot.until < this.context.clock.millis()) return DENIED;
    slot.answer ??= body.toString();
    return { status: 200, headers: { etag: `"${randomHex(32)}"` }, body: '' };
  }
}

const DENIED: WireResponse = {
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
};
