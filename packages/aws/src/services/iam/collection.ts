import { entityAlreadyExists, noSuchEntity } from './errors';

/** Things of one kind, by name. IAM's names are unique whatever their case. */
export class Collection<Item extends { readonly name: string; readonly path: string }> {
  private readonly items = new Map<string, Item>();

  /**
   * @param missing what AWS says of a name that is not there
   * @param taken what AWS says of a name that is there already
   */
  constructor(
    private readonly missing: (name: string) => string,
    private readonly taken: (name: string) => string,
  ) {}

  /** @throws AwsError `EntityAlreadyExists` */
  add(item: Item): Item {
    this.checkFree(item.name);
    this.items.set(item.name.toLowerCase(), item);
    return item;
  }

  /** @throws AwsError `EntityAlreadyExists` */
  checkFree(name: string): void {
    if (this.items.has(name.toLowerCase())) throw entityAlreadyExists(this.taken(name));
  }

  /** @throws AwsError `NoSuchEntity` */
  get(name: string | undefined): Item {
    const item = this.find(name);
    if (!item) throw noSuchEntity(this.missing(name ?? ''));
    return item;
  }

  find(name: string | undefined): Item | undefined {
    return this.items.get((name ?? '').toLowerCase());
  }

  delete(name: string): void {
    this.items.delete(name.toLowerCase());
  }

  /** Sorted by name, those under a path only. */
  list(pathPrefix = '/'): Item[] {
    return [...this.items.values()]
      .filter(({ path }) => path.startsWith(pathPrefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
