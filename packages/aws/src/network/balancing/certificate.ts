/** A key and its certificate, in PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Milliseconds in a day of real time: TLS clients check certificates with their own clock. */
const DAY = 86_400_000;

/**
 * A self-signed certificate for a load balancer's HTTPS listener: the embedded AWS has no certificate authority that a client
 * would trust.
 * @param dnsName the load balancer's name; `localhost` is valid too, for the loopback port
 */
export async function createCertificate(dnsName: string): Promise<ServerCertificate> {
  // Loaded when the first HTTPS listener is made: few have one, and all start.
  const { generate } = await import('selfsigned');
  const now = Date.now();
  const made = await generate([{ name: 'commonName', value: 'embedded AWS' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY),
    notAfterDate: new Date(now + 3650 * DAY),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [dnsName, 'localhost'].map((value) => ({ type: 2, value })),
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
