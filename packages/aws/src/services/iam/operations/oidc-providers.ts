import { entityAlreadyExists, invalidInput, limitExceeded, noSuchEntity } from '../errors';
import type { OidcProvider } from '../records';
import type { IamState, Op } from '../state';
import { TagSet } from '../tags';
import { pageInOrder } from './paging';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_CLIENT_IDS = 100;
const MOST_THUMBPRINTS = 5;

/** Besides `https://`, as on AWS, an issuer on this machine may speak plain HTTP, and at a port of its own. */
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?(\/|$)/;

export const CreateOpenIDConnectProvider: Op<'CreateOpenIDConnectProvider'> = (iam, input) => {
  const url = input.Url ?? '';
  if (!isIssuer(url)) throw invalidInput('Invalid Open ID Connect Provider URL');
  const name = url.replace(/^https?:\/\//, '');
  const arn = iam.arn('oidc-provider', '/', name);
  if (iam.oidcProviders.has(arn)) throw entityAlreadyExists(`Provider with url ${url} already exists.`);
  const { ClientIDList = [], ThumbprintList = [] } = input;
  checkClientIds(ClientIDList.length);
  const provider: OidcProvider = {
    arn,
    name,
    issuer: url,
    clientIds: new Set(ClientIDList),
    thumbprints: readThumbprints(ThumbprintList),
    created: iam.now(),
    tags: new TagSet(input.Tags),
  };
  iam.oidcProviders.set(arn, provider);
  return { OpenIDConnectProviderArn: arn, ...(input.Tags?.length && { Tags: provider.tags.list() }) };
};

export const GetOpenIDConnectProvider: Op<'GetOpenIDConnectProvider'> = (iam, input) => {
  const { name, clientIds, thumbprints, created, tags } = find(iam, input);
  return {
    Url: name,
    ClientIDList: [...clientIds],
    ThumbprintList: [...thumbprints],
    CreateDate: created,
    Tags: tags.list(),
  };
};

export const ListOpenIDConnectProviders: Op<'ListOpenIDConnectProviders'> = (iam) => ({
  OpenIDConnectProviderList: [...iam.oidcProviders.keys()].map((Arn) => ({ Arn })),
});

/** One that is not there is deleted already. */
export const DeleteOpenIDConnectProvider: Op<'DeleteOpenIDConnectProvider'> = (iam, input) => {
  iam.oidcProviders.delete(input.OpenIDConnectProviderArn ?? '');
  return {};
};

export const AddClientIDToOpenIDConnectProvider: Op<'AddClientIDToOpenIDConnectProvider'> = (iam, input) => {
  const { clientIds } = find(iam, input);
  const id = input.ClientID ?? '';
  checkClientIds(new Set([...clientIds, id]).size);
  clientIds.add(id);
  return {};
};

export const RemoveClientIDFromOpenIDConnectProvider: Op<'RemoveClientIDFromOpenIDConnectProvider'> = (
  iam,
  input,
) => {
  find(iam, input).clientIds.delete(input.ClientID ?? '');
  return {};
};

export const UpdateOpenIDConnectProviderThumbprint: Op<'UpdateOpenIDConnectProviderThumbprint'> = (
  iam,
  input,
) => {
  find(iam, input).thumbprints = readThumbprints(input.ThumbprintList ?? []);
  return {};
};

export const TagOpenIDConnectProvider: Op<'TagOpenIDConnectProvider'> = (iam, input) => {
  find(iam, input).tags.add(input.Tags ?? []);
  return {};
};

export const UntagOpenIDConnectProvider: Op<'UntagOpenIDConnectProvider'> = (iam, input) => {
  find(iam, input).tags.remove(input.TagKeys ?? []);
  return {};
};

export const ListOpenIDConnectProviderTags: Op<'ListOpenIDConnectProviderTags'> = (iam, input) => {
  const page = pageInOrder(find(iam, input).tags.list(), input, ({ Key = '' }) => Key);
  return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

function find(iam: IamState, { OpenIDConnectProviderArn: arn = '' }: { OpenIDConnectProviderArn?: string }) {
  const provider = iam.oidcProviders.get(arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

function isIssuer(url: string): boolean {
  if (!URL.canParse(url) || !(url.startsWith('https://') || LOOPBACK.test(url))) return false;
  const { search, hash, username } = new URL(url);
  return search === '' && hash === '' && username === '';
}

function checkClientIds(count: number): void {
  if (count > MOST_CLIENT_IDS)
    throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${MOST_CLIENT_IDS}`);
}

/** SHA-1 of certificates, hexadecimal. */
function readThumbprints(thumbprints: readonly string[]): string[] {
  if (thumbprints.length > MOST_THUMBPRINTS)
    throw invalidInput(`Thumbprint list must contain fewer than ${MOST_THUMBPRINTS} entries.`);
  if (thumbprints.some((one) => !/^[0-9a-f]{40}$/i.test(one))) throw invalidInput('Invalid thumbprint');
  return [...thumbprints];
}
