import { notFound } from '../errors';

/** One of the API's parts. @throws AwsError NotFoundException with AWS's name of the part */
export function findPart<Part>(parts: ReadonlyMap<string, Part>, id: string | undefined, part: string): Part {
  const found = parts.get(id ?? '');
  if (!found) throw notFound(`Invalid ${part} identifier specified`);
  return found;
}

/** The record with the changes that an update names; what it leaves out stays. */
export function applyChanges<Part extends object>(part: Part, changes: Partial<Part>): Part {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...part, ...Object.fromEntries(given) };
}
