import { takePage } from '../../../core/paging';
import { badToken, invalid, parameterNotFound, stillValidating } from '../errors';
import { newestVersion, type ParameterVersion, pathOf, type StoredParameter } from '../parameter';
import { awaitPolicies } from '../policies/await-policies';
import type { Op, SsmState } from '../state';
import { checkAskedName, checkName, checkPath } from './check-parameter';
import { viewMetadata, viewParameter, viewVersion } from './describe-parameter';
import { checkDecryption, encrypt } from './encryption';
import { readFilters, readOldFilters } from './read-filters';
import { makeRoom, readVersion } from './read-version';
import { selectQuietly } from './select-quietly';
import { IMAGE_TYPE, validateImage } from './validate-image';

export const PutParameter: Op<'PutParameter'> = async (ssm, input, call) => {
  const name = ssm.nameOf(input.Name ?? '');
  checkName(name);
  const present = ssm.stored(name);
  const made = { modifiedAt: ssm.context.clock.now(), modifiedBy: call.principal.arn };
  const read = readVersion(input, name, present, made);
  if (ssm.validating.has(present?.name ?? name)) throw stillValidating(name);
  const ciphertext = await encrypt(ssm, name, read, call);
  // Another call may have written it meanwhile.
  if (ssm.stored(name) !== present || (present && newestVersion(present).version >= read.version))
    return PutParameter(ssm, input, call);
  const version = { ...read, ciphertext };
  const parameter: StoredParameter = present ?? { name, versions: [], tags: [...(input.Tags ?? [])] };
  const write = () => addVersion(ssm, parameter, version);
  if (version.dataType === IMAGE_TYPE) ssm.follow(validateImage(ssm, parameter, version, call, write));
  else write();
  return { Version: version.version, Tier: version.tier };
};

function addVersion(ssm: SsmState, parameter: StoredParameter, version: ParameterVersion): void {
  const isNew = parameter.versions.length === 0;
  makeRoom(parameter);
  parameter.versions.push(version);
  ssm.add(parameter);
  ssm.announce(parameter, version, isNew ? 'Create' : 'Update');
  awaitPolicies(ssm, parameter, version);
}

export const GetParameter: Op<'GetParameter'> = async (ssm, input, call) => {
  checkAskedName(input.Name ?? '');
  const selection = ssm.select(input.Name ?? '');
  if (!selection) throw parameterNotFound();
  if (input.WithDecryption) await checkDecryption(ssm, [selection], call);
  return { Parameter: viewParameter(ssm, selection, input.WithDecryption ?? false) };
};

export const GetParameters: Op<'GetParameters'> = async (
  ssm,
  { Names = [], WithDecryption = false },
  call,
) => {
  const found = [...new Set(Names)].map((name) => ({ name, selection: selectQuietly(ssm, name) }));
  if (WithDecryption)
    await checkDecryption(
      ssm,
      found.flatMap(({ selection = [] }) => selection),
      call,
    );
  return {
    Parameters: found.flatMap(({ selection }) =>
      selection ? [viewParameter(ssm, selection, WithDecryption)] : [],
    ),
    InvalidParameters: found.flatMap(({ name, selection }) => (selection ? [] : [name])),
  };
};

export const GetParametersByPath: Op<'GetParametersByPath'> = async (ssm, input, call) => {
  const path = input.Path ?? '';
  checkPath(path);
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const fits = readFilters(input.ParameterFilters ?? [], 'path');
  const names = ssm
    .names()
    .filter((name) => pathOf(name).startsWith(prefix))
    .filter((name) => input.Recursive || !pathOf(name).slice(prefix.length).includes('/'))
    .filter((name) => {
      const parameter = ssm.stored(name);
      return !input.ParameterFilters?.length || (parameter !== undefined && fits(parameter));
    });
  const page = takePage(names, {
    token: input.NextToken,
    size: input.MaxResults ?? 10,
    idOf: (name) => name,
    refuse: badToken,
    question: [prefix, input.Recursive, input.ParameterFilters],
  });
  const selections = page.items.flatMap((name) => ssm.select(name) ?? []);
  if (input.WithDecryption) await checkDecryption(ssm, selections, call);
  const Parameters = selections.map((one) => viewParameter(ssm, one, input.WithDecryption ?? false));
  return { Parameters, NextToken: page.next };
};

export const DeleteParameter: Op<'DeleteParameter'> = (ssm, input) => {
  if (!ssm.delete(input.Name ?? '')) throw parameterNotFound();
  return {};
};

export const DeleteParameters: Op<'DeleteParameters'> = (ssm, { Names = [] }) => {
  const deleted = Names.filter((name) => ssm.delete(name));
  return {
    DeletedParameters: deleted,
    InvalidParameters: Names.filter((name) => !deleted.includes(name)),
  };
};

export const DescribeParameters: Op<'DescribeParameters'> = (ssm, input) => {
  const { Filters = [], ParameterFilters = [] } = input;
  if (Filters.length > 0 && ParameterFilters.length > 0)
    throw invalid('You can use either Filters or ParameterFilters in a single request.');
  const fits = Filters.length > 0 ? readOldFilters(Filters) : readFilters(ParameterFilters, 'describe');
  const page = takePage(ssm.list().filter(fits), {
    token: input.NextToken,
    size: input.MaxResults ?? 50,
    idOf: ({ name }) => name,
    refuse: badToken,
    question: [Filters, ParameterFilters],
  });
  return { Parameters: page.items.map((one) => viewMetadata(ssm, one)), NextToken: page.next };
};

export const GetParameterHistory: Op<'GetParameterHistory'> = async (ssm, input, call) => {
  const parameter = ssm.stored(input.Name ?? '');
  if (!parameter) throw parameterNotFound();
  const page = takePage(parameter.versions, {
    token: input.NextToken,
    size: input.MaxResults ?? 50,
    idOf: ({ version }) => String(version),
    refuse: badToken,
    question: parameter.name,
  });
  const decrypt = input.WithDecryption ?? false;
  const { name } = parameter;
  if (decrypt)
    await checkDecryption(
      ssm,
      page.items.map((version) => ({ name, version })),
      call,
    );
  return {
    Parameters: page.items.map((one) => viewVersion(parameter.name, one, decrypt)),
    NextToken: page.next,
  };
};
