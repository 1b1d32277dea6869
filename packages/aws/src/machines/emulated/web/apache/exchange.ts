import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestPath } from '../request-path';
import type { Site } from './config/site';

/** A request on its way through the site that answers it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  site: Site;
  requested: RequestPath;
  host: string;
  port: number;
  /** How often rules have sent the request elsewhere. */
  redirects: number;
}
