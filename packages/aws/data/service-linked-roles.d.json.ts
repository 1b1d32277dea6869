/** By service: what its service-linked role is called, and the policy of AWS's that is attached to it. As seen in an account. */
declare const roles: Readonly<Record<string, { readonly role: string; readonly policy: string }>>;
export default roles;
