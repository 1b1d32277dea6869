import { X509Certificate } from 'node:crypto';
import { createCertificate } from './certificate';

test('the certificate is for the name of the load balancer and the loopback port, and holds for years', async () => {
  const { cert, key } = await createCertificate('front-1.us-east-1.elb.amazonaws.com');
  const certificate = new X509Certificate(cert);
  expect(certificate.checkHost('front-1.us-east-1.elb.amazonaws.com')).toBeDefined();
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  const [from, to] = [certificate.validFrom, certificate.validTo].map((date) => Date.parse(date));
  expect(from).toBeLessThan(Date.now());
  expect(to).toBeGreaterThan(Date.now() + 5 * 365 * 86_400_000);
});
