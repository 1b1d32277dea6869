import policies from '../../data/managed-policies.json';

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
      [JSON.parse(document).Statement].flat().length > 0 &&
      /^v\d+$/.test(defaultVersion) &&
      !Number.isNaN(Date.parse(created)) &&
      Date.parse(created) <= Date.parse(updated),
  );
  expect(policies.length).toBeGreaterThan(1500);
  expect(whole).toHaveLength(policies.length);
});
