import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { compileFilters, type FilterTable } from './filters';
import { checkId, type Kind, notFound } from './kinds';
import { type Page, type PageLimits, type PageRequest, paginate } from './pages';
import type { Tags } from './tags';

/** A type with some of its optional members always there. */
export type Has<T, K extends keyof T> = T & { [Name in K]-?: NonNullable<T[Name]> };

/** What shows tags. */
interface Tagged {
  Tags?: Tag[];
}

interface DescribeRequest extends PageRequest {
  readonly Filters?: readonly Filter[];
}

const USUAL_LIMITS: PageLimits = { min: 5, max: 1000 };

/** The resources of one kind in a region, oldest first: found by id, described by ids, filters and pages. */
export class Collection<T extends object> {
  private readonly items = new Map<string, T>();

  constructor(
    readonly kind: Kind,
    private readonly tags: Tags,
    private readonly filters: FilterTable<T>,
  ) {}

  add(id: string, item: T): T {
    this.items.set(id, item);
    return item;
  }

  /** Removes the resource, and its tags with it. */
  delete(id: string): void {
    this.items.delete(id);
    this.tags.forget(id);
  }

  find(id: string | undefined): T | undefined {
    return id === undefined ? undefined : this.items.get(id);
  }

  has(id: string): boolean {
    return this.items.has(id);
  }

  /** @throws AwsError when the id is malformed or nobody's */
  require(id: string | undefined): T {
    checkId(this.kind, id ?? '');
    const item = this.items.get(id ?? '');
    if (!item) throw notFound(this.kind, id ?? '');
    return item;
  }

  /** @throws AwsError that names all ids that are nobody's */
  requireAll(ids: readonly string[]): T[] {
    for (const id of ids) checkId(this.kind, id);
    const missing = ids.filter((id) => !this.items.has(id));
    if (missing.length > 0) throw notFound(this.kind, ...new Set(missing));
    return [...new Set(ids)].map((id) => this.require(id));
  }

  values(): T[] {
    return [...this.items.values()];
  }

  /** As `values`, with the ids. */
  entries(): [string, T][] {
    return [...this.items];
  }

  /** The tags of a resource as it shows them: of most kinds the member is missing while there are none. */
  tagsOf(id: string): Tagged {
    const Tags = this.tags.of(id);
    return Tags.length > 0 || this.kind.showsNoTags ? { Tags } : {};
  }

  /**
   * What a Describe call shows, as copies with the tags of now.
   *
   * @param ids those asked for; all when there are none
   * @throws AwsError for unknown ids, filters or tokens
   */
  describe(
    input: DescribeRequest,
    ids: readonly string[] | undefined,
    limits: PageLimits = USUAL_LIMITS,
  ): Page<T & Tagged> {
    if (ids && ids.length > 0) this.requireAll(ids);
    const wanted = ids && ids.length > 0 ? new Set(ids) : undefined;
    const matches = compileFilters<[string, T]>(
      input.Filters,
      Object.fromEntries(
        Object.entries(this.filters).map(([name, facet]) => [name, ([, item]: [string, T]) => facet(item)]),
      ),
      ([id]) => this.tags.of(id),
    );
    const found = this.entries().filter((entry) => (!wanted || wanted.has(entry[0])) && matches(entry));
    const page = paginate(found, input, {
      ...limits,
      of: this.kind.resourceType,
      idOf: ([id]) => id,
      question: [input.Filters, ids],
    });
    return {
      items: page.items.map(([id, item]) => ({ ...item, ...this.tagsOf(id) })),
      NextToken: page.NextToken,
    };
  }
}
