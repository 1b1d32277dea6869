import { namesOf, newName, removalCommand } from '../../../cli/verify/names';
import { EXPECTED, planText } from '../../../cli/verify/plan';
import { costsOf, PRICES, quantitiesOf, totalOf } from '../../../cli/verify/prices';

const names = namesOf('kiln-verify-x3f9qk', 'eu-north-1');
const place = { account: '123456789012', caller: 'arn:aws:iam::123456789012:user/ann', isEmbedded: false };

describe('what a person is asked to agree to', () => {
  const text = planText(place, names);

  test('names the account, the region and whose credentials they are', () => {
    expect(text).toContain(
      'In AWS account 123456789012, region eu-north-1, as arn:aws:iam::123456789012:user/ann, this will make',
    );
  });

  test('names both stacks, the load balancer, how many instances for how long, and the images', () => {
    expect(text).toContain('the stack kiln-verify-x3f9qk-fleet: ');
    expect(text).toContain('the stack kiln-verify-x3f9qk: ');
    expect(text).toContain('Application Load Balancer');
    expect(text).toContain('2 instances of t3.micro for about 150 minutes');
    expect(text).toContain('5 builds, one after the other');
  });

  test('says what it costs as an estimate, with the year and the page of each price', () => {
    expect(text).toContain('An estimate of what it costs, by the public list prices of us-east-1 in 2025');
    for (const { source } of Object.values(PRICES)) expect(text).toContain(source);
    const total = totalOf(costsOf(quantitiesOf(EXPECTED)));
    expect(text).toContain(`$${total.toFixed(3)}  in all`);
    expect(total).toBeGreaterThan(0.1);
    expect(total).toBeLessThan(1);
  });

  test('says so where it is an embedded AWS', () => {
    expect(planText({ ...place, isEmbedded: true }, names)).toContain(
      'In account 123456789012 of an embedded AWS',
    );
  });
});

test('a load balancer is billed by the hour that has begun', () => {
  const extent = { hours: 1.2, instanceHours: 4, images: 1, transitions: 100 };
  const balancer = costsOf(quantitiesOf(extent)).find(({ what }) => what === 'Application Load Balancer');
  expect(balancer).toMatchObject({ quantity: 2, total: 0.045 });
});

test('each name is within what AWS takes, and stands in the stage that bears it', () => {
  const { fleet, stage, root, network, service, group } = namesOf(newName(), 'us-east-1');
  // FleetName of fleet/template.yml takes 24 characters, a target group's name 32.
  expect(fleet).toMatch(/^(?!sg-|internal-)[a-z][a-z0-9-]{0,22}[a-z0-9]$/);
  expect(`${fleet}-videos`.length).toBeLessThanOrEqual(32);
  expect(root).toBe(`/kiln-${stage}`);
  expect(network).toBe(`${root}/network`);
  expect(service).toBe(`kiln-${stage}@us-east-1`);
  expect(group).toBe(`${fleet}-web`);
});

test.each(['kiln-prod', 'kiln', 'kiln-verify-', 'kiln-verify-seven77', 'kiln-verify-a-b', 'kiln-verify-A'])(
  'a verification takes no name that could be a deployment of somebody: %s',
  (name) => {
    expect(() => namesOf(name, 'us-east-1')).toThrow(
      `--name: expected kiln-verify- and one to six lower-case letters and digits, not '${name}'`,
    );
  },
);

test('the command that removes is one that can be copied', () => {
  expect(removalCommand(names)).toBe('npm run verify -- --region eu-north-1 --remove kiln-verify-x3f9qk');
});
