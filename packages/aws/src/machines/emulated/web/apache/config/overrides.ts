import type { Disk } from '../../../disk/disk';
import { ApacheConfigError } from './lines';
import { type ConfigNode, parseApacheConfig } from './parse';

/** Classes of `AllowOverride`, and the directives that each lets `.htaccess` files have. */
const CLASSES: Readonly<Record<string, string>> = {
  fileinfo: `rewriteengine rewritebase rewritecond rewriterule rewriteoptions errordocument redirect redirectmatch redirectpermanent
    redirecttemp header requestheader addtype forcetype adddefaultcharset addhandler sethandler addcharset addencoding addlanguage
    removehandler removetype setenv setenvif setenvifnocase unsetenv browsermatch browsermatchnocase passenv addoutputfilter
    addoutputfilterbytype setoutputfilter addinputfilter fileetag defaulttype action languagepriority forcelanguagepriority
    acceptpathinfo enablemmap enablesendfile modmimeusepathinfo substitute`,
  authconfig:
    'require authtype authname authuserfile authgroupfile authbasicprovider satisfy requireall requireany requirenone',
  indexes: `directoryindex directoryslash fallbackresource expiresactive expiresbytype expiresdefault indexoptions indexignore
    addicon adddescription defaulticon headername readmename indexorderdefault`,
  limit: 'order allow deny',
  options: 'options',
};

const EVERYWHERE = new Set([
  'files',
  'filesmatch',
  'limit',
  'limitexcept',
  'if',
  'else',
  'elseif',
  'limitrequestbody',
  'serversignature',
]);

/** `All`, or classes in lower case; none for `None`. */
export type AllowOverride = ReadonlySet<string>;

/** The classes that `AllowOverride` names. */
export function readAllowOverride(args: readonly string[]): AllowOverride {
  const classes = args.map((arg) => arg.toLowerCase().replace(/=.*$/, ''));
  if (classes.includes('none')) return new Set();
  return new Set(classes.includes('all') ? Object.keys(CLASSES) : classes);
}

/** What holds where nothing is said. */
export const NO_OVERRIDE = readAllowOverride(['None']);

/**
 * The directives of a directory's `.htaccess`.
 * @throws ApacheConfigError with what Apache logs before it answers 500
 */
export function readOverrides(disk: Disk, file: string, allowed: AllowOverride): ConfigNode[] {
  let nodes: ConfigNode[];
  try {
    nodes = parseApacheConfig(disk, file);
  } catch (error) {
    if (!(error instanceof ApacheConfigError)) throw error;
    throw new ApacheConfigError(`${file}: ${error.message.split('\n').at(-1)}`);
  }
  const names = new Set([...allowed].flatMap((name) => (CLASSES[name] ?? '').split(/\s+/)));
  const check = (list: readonly ConfigNode[]) => {
    for (const node of list) {
      const shown = node.kind === 'section' ? `<${node.name}` : node.name;
      if (!EVERYWHERE.has(node.name) && !names.has(node.name))
        throw new ApacheConfigError(`${file}: ${shown} not allowed here`);
      if (node.kind === 'section') check(node.children);
    }
  };
  check(nodes);
  return nodes;
}
