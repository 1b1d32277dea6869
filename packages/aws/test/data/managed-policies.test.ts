import policies from '../../data/managed-policies.json';
import { AWS_MANAGED_POLICIES } from '../../src/services/iam/published-policies';

test('the policies that were known by hand are there under the same ARNs and descriptions', () => {
  const identify = ({
    arn,
    name,
    path,
    description,
  }: Pick<(typeof policies)[number], 'arn' | 'name' | 'path' | 'description'>) =>
    [arn, name, path, description].join();
  const all = new Set(policies.map(identify));
  expect(AWS_MANAGED_POLICIES.filter((known) => !all.has(identify(known)))).toEqual([]);
});

test('ARNs are made of path and name, and ids are unique and of IAM’s form', () => {
  expect(policies.filter(({ arn, path, name }) => arn !== `arn:aws:iam::aws:policy${path}${name}`)).toEqual(
    [],
  );
  expect(policies.filter(({ id }) => !/^ANPA[A-Z2-7]{17}$/.test(id))).toEqual([]);
  expect(new Set(policies.map(({ id }) => id)).size).toBe(policies.length);
});

test('every policy has a document with statements, a default version and its dates', () => {
  const whole = policies.filter(
    ({ document, defaultVersion, created, updated }) =>
      [document.Statement].flat().length > 0 &&
      /^v\d+$/.test(defaultVersion) &&
      !Number.isNaN(Date.parse(created)) &&
      Date.parse(created) <= Date.parse(updated),
  );
  expect(policies.length).toBeGreaterThan(1500);
  expect(whole).toHaveLength(policies.length);
});
