import type { VulnerabilityInput } from '../../aws';
import { AdminError, type AdminRoute } from './route';

export const listVulnerabilities: AdminRoute = {
  path: 'GET inspector/findings',
  does: 'what Amazon Inspector is to find',
  answer: (aws) => aws.vulnerabilities.list(),
};

export const addVulnerability: AdminRoute = {
  path: 'POST inspector/findings',
  does: 'lets Amazon Inspector find a vulnerability: `vulnerabilityId`, `severity`, and where (`imageId`, `instanceId`)',
  async answer(aws, { body }) {
    try {
      await aws.vulnerabilities.add(JSON.parse(body.toString()) as VulnerabilityInput);
    } catch (error) {
      throw new AdminError(400, (error as Error).message);
    }
    return aws.vulnerabilities.list();
  },
};

export const clearVulnerabilities: AdminRoute = {
  path: 'DELETE inspector/findings',
  does: 'nothing is to be found any more',
  async answer(aws) {
    await aws.vulnerabilities.clear();
    return [];
  },
};
