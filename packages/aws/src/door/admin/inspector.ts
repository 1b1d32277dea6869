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

export const scanImage: AdminRoute = {
  path: 'POST inspector/image-scans',
  does: 'lets Amazon Inspector scan an image itself (`imageId`, `region`), so that EC2 tells the results',
  async answer(aws, { body }) {
    const { imageId, region } = JSON.parse(body.toString()) as { imageId?: unknown; region?: string };
    if (typeof imageId !== 'string') throw new AdminError(400, 'imageId: expected a text');
    try {
      await aws.vulnerabilities.scanImage(imageId, region);
    } catch (error) {
      throw new AdminError(404, (error as Error).message);
    }
    return {};
  },
};
