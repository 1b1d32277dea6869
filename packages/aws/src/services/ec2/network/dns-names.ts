/** The domain of private names: `ec2.internal` in us-east-1, `<region>.compute.internal` elsewhere. */
export function privateDomain(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}

/** The domain of public names. */
function publicDomain(region: string): string {
  return region === 'us-east-1' ? 'compute-1.amazonaws.com' : `${region}.compute.amazonaws.com`;
}

/**
 * The private name of an address, `ip-10-0-1-12.ec2.internal`.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-naming.html
 */
export function privateDnsName(region: string, address: string): string {
  return `ip-${address.replaceAll('.', '-')}.${privateDomain(region)}`;
}

/** The public name of an address, `ec2-54-1-2-3.compute-1.amazonaws.com`. */
export function publicDnsName(region: string, address: string): string {
  return `ec2-${address.replaceAll('.', '-')}.${publicDomain(region)}`;
}
