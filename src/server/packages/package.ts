import * as z from 'zod';
import { type Report, told } from '../command/report';

/** A package that is on an image, as its manager lists it. */
export interface Package {
  readonly type: 'rpm' | 'deb' | 'pypi' | 'npm';
  readonly name: string;
  /** With the release; an epoch stands before it, as managers write it: `1:3.0.8-1.amzn2023`. */
  readonly version: string;
  readonly architecture?: string;
  readonly license?: string;
  readonly vendor?: string;
}

/** What rpm and pip write where there is nothing. */
const NOTHING = ['(none)', '', 'None'];

const some = (text: string | undefined) => (text === undefined || NOTHING.includes(text) ? undefined : text);

/** All that the package managers of a server listed, in one order whatever they list first. */
export function readPackages(report: Report): Package[] {
  const found = [
    ...readLines(told(report, 'rpm'), readRpm),
    ...readLines(told(report, 'deb'), readDeb),
    ...readPypi(told(report, 'pypi')),
    ...readNpm(told(report, 'npm')),
  ];
  const named = found.filter(({ name }) => name.replace(/^@[^/]*\//, '').trim() !== '');
  const key = ({ type, name, version, architecture = '' }: Package) =>
    [type, name, version, architecture].join('\n');
  const all = new Map(named.map((one) => [key(one), one]));
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function readLines(text: string | undefined, read: (fields: string[]) => Package | undefined): Package[] {
  return (text ?? '').split('\n').flatMap((line) => read(line.split('\t')) ?? []);
}

function readRpm([name, epoch, version, architecture, license, vendor]: string[]): Package | undefined {
  // The keys that signed packages are listed among them.
  if (!name || !version || name === 'gpg-pubkey') return undefined;
  const before = some(epoch) && epoch !== '0' ? `${epoch}:` : '';
  return { type: 'rpm', name, version: `${before}${version}`, ...describe(architecture, license, vendor) };
}

function readDeb([name, version, architecture, vendor]: string[]): Package | undefined {
  if (!name || !version) return undefined;
  return { type: 'deb', name, version, ...describe(architecture, undefined, vendor) };
}

function describe(architecture?: string, license?: string, vendor?: string) {
  return {
    ...(some(architecture) && { architecture: some(architecture) }),
    ...(some(license) && { license: some(license) }),
    ...(some(vendor) && { vendor: some(vendor) }),
  } as Pick<Package, 'architecture' | 'license' | 'vendor'>;
}

const Pypi = z.array(z.object({ name: z.string().min(1), version: z.string() }));
const Npm = z.object({
  dependencies: z.record(z.string().min(1), z.object({ version: z.string().optional() })).default({}),
});

function readPypi(text: string | undefined): Package[] {
  const listed = Pypi.safeParse(parseJson(text));
  return listed.success ? listed.data.map((one) => ({ type: 'pypi', ...one })) : [];
}

function readNpm(text: string | undefined): Package[] {
  const listed = Npm.safeParse(parseJson(text));
  if (!listed.success) return [];
  return Object.entries(listed.data.dependencies).flatMap(([name, { version }]) =>
    version ? [{ type: 'npm' as const, name, version }] : [],
  );
}

/** What is no JSON lists nothing: a manager that is broken is no reason to make no image. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
