import type { RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';

/** The parts of the request's URL, as the client asked for it. */
export interface RequestUrl {
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  /** With its leading slash. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** The `Location` of a redirect. Application Load Balancer User Guide, Redirect actions. */
export function redirectLocation(config: RedirectActionConfig, url: RequestUrl): string {
  const fill = (text: string) =>
    text
      .replaceAll('#{protocol}', url.protocol.toLowerCase())
      .replaceAll('#{host}', url.host)
      .replaceAll('#{port}', url.port)
      .replaceAll('#{path}', url.path.slice(1))
      .replaceAll('#{query}', url.query);
  const protocol = fill((config.Protocol ?? '#{protocol}').replace(/^HTTPS?$/, (name) => name.toLowerCase()));
  const query = fill(config.Query ?? '#{query}');
  const place = `${fill(config.Host ?? '#{host}')}:${fill(config.Port ?? '#{port}')}`;
  return `${protocol}://${place}${fill(config.Path ?? '/#{path}')}${query ? `?${query}` : ''}`;
}
