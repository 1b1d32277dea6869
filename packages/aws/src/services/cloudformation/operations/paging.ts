import { validationError } from '../errors';

/** All of CloudFormation's lists come a hundred on a page. */
export const PAGES = {
  size: 100,
  refuse: (token: string) => validationError(`Invalid NextToken: ${token}`),
};
