import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { AwsError } from '../../../core/aws-error';

/** What DynamoDB answered. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** dynalite asks for a signature's form; who really signed was seen at the front door. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** The tables of one region: dynalite, spoken to in this process without a socket. */
export class Engine {
  private readonly server: Server;

  constructor(region: string) {
    this.server = inRegion(region, () => dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  }

  /** Sends a request as it came over the wire. */
  send(operation: string, body: Buffer | string): Promise<EngineAnswer> {
    return new Promise((resolve) => {
      const request = Object.assign(Readable.from([Buffer.from(body)]), {
        method: 'POST',
        url: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `DynamoDB_20120810.${operation}`,
          'x-amz-date': '20260101T000000Z',
          authorization: AUTHORIZATION,
        },
      });
      const headers: Record<string, string> = {};
      const response = {
        statusCode: 200,
        contentType: '',
        setHeader: (name: string, value: unknown) => {
          headers[name.toLowerCase()] = String(value);
        },
        end(text: string) {
          resolve({ status: this.statusCode, headers, body: text ?? '' });
        },
      };
      this.server.emit(
        'request',
        request as unknown as IncomingMessage,
        response as unknown as ServerResponse,
      );
    });
  }

  /**
   * Calls an operation with the SDK's input and gives its output as plain JSON.
   *
   * @throws AwsError with DynamoDB's code
   */
  async call(operation: string, input: unknown): Promise<Record<string, unknown>> {
    const answer = await this.send(operation, JSON.stringify(input));
    const output = JSON.parse(answer.body || '{}') as Record<string, unknown>;
    if (answer.status === 200) return output;
    const code = String(output.__type ?? 'InternalServerError').replace(/^.*#/, '');
    throw new AwsError(code, String(output.message ?? output.Message ?? ''), answer.status);
  }

  close(): void {
    this.server.close();
  }
}

/** dynalite takes the region of its ARNs from the environment when it is made. */
function inRegion<T>(region: string, make: () => T): T {
  const { AWS_REGION, AWS_ACCOUNT_ID } = process.env;
  process.env.AWS_REGION = region;
  process.env.AWS_ACCOUNT_ID = '000000000000';
  try {
    return make();
  } finally {
    restore('AWS_REGION', AWS_REGION);
    restore('AWS_ACCOUNT_ID', AWS_ACCOUNT_ID);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
