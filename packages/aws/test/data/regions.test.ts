import regions from '../../data/regions.json';

const zonesIn = (region: string) =>
  Object.entries(regions[region]?.zones ?? {}).map(([letter, id]) => ({ name: `${region}${letter}`, id }));

test.each([
  ['ap-southeast-5', 'apse5-az1'],
  ['cn-northwest-1', 'cnnw1-az1'],
  ['us-gov-west-1', 'usgw1-az1'],
  ['us-gov-east-1', 'usge1-az1'],
])('the first zone of %s is %s', (region, id) => {
  expect(zonesIn(region)[0]).toEqual({ name: `${region}a`, id });
});

test('ids of zones begin with the initials of their region', () => {
  const initials = (region: string) =>
    region
      .replace(
        /-(north|south|east|west|central)(east|west)?(?=-)/,
        (_, one, two = '') => one[0] + (two[0] ?? ''),
      )
      .replace('-gov', 'g')
      .replaceAll('-', '');
  for (const [region, { zones }] of Object.entries(regions)) {
    const ids = Object.values(zones);
    expect(ids.filter((id) => !new RegExp(`^${initials(region)}-az\\d$`).test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('every region is of the partition that its name says', () => {
  const partitionOf = (name: string) =>
    name.startsWith('cn-') ? 'aws-cn' : name.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  expect(Object.entries(regions).filter(([name, { partition }]) => partition !== partitionOf(name))).toEqual(
    [],
  );
});
