import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { readDocumentName } from '../commands/read-order';
import { RUN_SHELL_SCRIPT } from '../commands/run-shell-script';
import type { Op } from '../state';

/** When Amazon made its document. */
const MADE = new Date('2017-08-30T22:01:01.000Z');

export const GetDocument: Op<'GetDocument'> = (_ssm, { Name, DocumentVersion, DocumentFormat = 'JSON' }) => {
  const name = readDocumentName({ DocumentName: Name, DocumentVersion });
  const { content } = RUN_SHELL_SCRIPT;
  return {
    Name: name,
    CreatedDate: MADE,
    DocumentVersion: '1',
    Status: 'Active',
    Content: DocumentFormat === 'YAML' ? stringify(content) : JSON.stringify(content, null, 2),
    DocumentType: 'Command',
    DocumentFormat,
    AttachmentsContent: [],
  };
};

export const DescribeDocument: Op<'DescribeDocument'> = (_ssm, { Name, DocumentVersion }) => {
  const name = readDocumentName({ DocumentName: Name, DocumentVersion });
  const { content, parameters } = RUN_SHELL_SCRIPT;
  return {
    Document: {
      Hash: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
      HashType: 'Sha256',
      Name: name,
      Owner: 'Amazon',
      CreatedDate: MADE,
      Status: 'Active',
      DocumentVersion: '1',
      Description: content.description,
      Parameters: Object.entries(parameters).map(([parameter, { type, description, default: value }]) => ({
        Name: parameter,
        Type: type,
        Description: description,
        ...(value !== undefined && { DefaultValue: value }),
      })),
      PlatformTypes: ['Linux', 'MacOS'],
      DocumentType: 'Command',
      SchemaVersion: content.schemaVersion,
      LatestVersion: '1',
      DefaultVersion: '1',
      DocumentFormat: 'JSON',
      Tags: [],
    },
  };
};
