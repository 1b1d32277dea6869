import { takePage } from '../../../core/paging';
import { validationError } from '../errors';
import type { Op } from '../state';
import { PAGES } from './paging';

export const ListExports: Op<'ListExports'> = ({ stacks }, input) => {
  const page = takePage(stacks.exports(), {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ output }) => output.exportName,
  });
  const Exports = page.items.map(({ stack, output }) => ({
    ExportingStackId: stack.id,
    Name: output.exportName,
    Value: output.value,
  }));
  return { Exports, NextToken: page.next };
};

export const ListImports: Op<'ListImports'> = ({ stacks }, { ExportName = '', NextToken }) => {
  const users = stacks.importers(ExportName);
  if (users.length === 0) throw validationError(`Export '${ExportName}' is not imported by any stack.`);
  const page = takePage(users, { ...PAGES, token: NextToken, idOf: ({ id }) => id, question: ExportName });
  return { Imports: page.items.map(({ name }) => name), NextToken: page.next };
};
