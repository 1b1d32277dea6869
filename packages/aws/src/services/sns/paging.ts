import { invalidParameter } from './errors';

/** Topics and subscriptions come a hundred on a page, in all of SNS's lists. */
export const PAGES = { size: 100, refuse: () => invalidParameter('NextToken') };
