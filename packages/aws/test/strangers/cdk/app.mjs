/**
 * The program that the CDK's command line runs, as `cdk.json` says: it writes what a CDK app writes with aws-cdk-lib, which is too large a
 * package to have for this alone. The command line cannot tell them apart.
 * https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleet } from './fleet.mjs';

const {
  CDK_OUTDIR: folder,
  CDK_DEFAULT_ACCOUNT: account,
  CDK_DEFAULT_REGION: region,
  SITE: site,
} = process.env;
const VERSION = '48.0.0';
const QUALIFIER = 'hnb659fds';
const bucketName = `cdk-${QUALIFIER}-assets-${account}-${region}`;
const bootstrapStackVersionSsmParameter = `/cdk-bootstrap/${QUALIFIER}/version`;
const roleOf = (name) =>
  `arn:\${AWS::Partition}:iam::${account}:role/cdk-${QUALIFIER}-${name}-role-${account}-${region}`;

const write = (file, value) => writeFileSync(join(folder, file), JSON.stringify(value, null, 1));
const hashOf = (text) => createHash('sha256').update(text).digest('hex');

/** An asset, as the manifest of assets has it: a folder that is zipped, or a file. */
const asset = (hash, path, packaging) => [
  hash,
  {
    displayName: path,
    source: { path, packaging },
    destinations: {
      [`${account}-${region}`]: {
        bucketName,
        objectKey: `${hash}.${packaging === 'zip' ? 'zip' : 'json'}`,
        region,
        assumeRoleArn: roleOf('file-publishing'),
      },
    },
  },
];

const provider = join(import.meta.dirname, 'provider');
const code = hashOf(readFileSync(join(provider, 'index.mjs')));
const template = fleet({ site, code: { S3Bucket: bucketName, S3Key: `${code}.zip` } });
write('Fleet.template.json', template);
const body = hashOf(JSON.stringify(template));
write('Fleet.assets.json', {
  version: VERSION,
  files: Object.fromEntries([asset(code, provider, 'zip'), asset(body, 'Fleet.template.json', 'file')]),
  dockerImages: {},
});
write('manifest.json', {
  version: VERSION,
  artifacts: {
    'Fleet.assets': {
      type: 'cdk:asset-manifest',
      properties: {
        file: 'Fleet.assets.json',
        requiresBootstrapStackVersion: 6,
        bootstrapStackVersionSsmParameter,
      },
    },
    Fleet: {
      type: 'aws:cloudformation:stack',
      environment: `aws://${account}/${region}`,
      properties: {
        templateFile: 'Fleet.template.json',
        terminationProtection: false,
        validateOnSynth: false,
        assumeRoleArn: roleOf('deploy'),
        cloudFormationExecutionRoleArn: roleOf('cfn-exec'),
        stackTemplateAssetObjectUrl: `s3://${bucketName}/${body}.json`,
        requiresBootstrapStackVersion: 6,
        bootstrapStackVersionSsmParameter,
        additionalDependencies: ['Fleet.assets'],
        lookupRole: {
          arn: roleOf('lookup'),
          requiresBootstrapStackVersion: 8,
          bootstrapStackVersionSsmParameter,
        },
      },
      dependencies: ['Fleet.assets'],
      displayName: 'Fleet',
    },
  },
});
write('cdk.out', { version: VERSION });
