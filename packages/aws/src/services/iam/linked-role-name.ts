import serviceLinkedRoles from '../../../data/service-linked-roles.json';

/** What the service-linked role of a service is called. */
export function nameOfLinkedRole(service: string, suffix?: string): string {
  const base =
    serviceLinkedRoles[service]?.role ??
    `AWSServiceRoleFor${inPascalCase(service.replace('.amazonaws.com', ''))}`;
  return suffix ? `${base}_${suffix}` : base;
}

function inPascalCase(text: string): string {
  return text.replace(/(^|[.-])(\w)/g, (_all, _separator, letter: string) => letter.toUpperCase());
}
