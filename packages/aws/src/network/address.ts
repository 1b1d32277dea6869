// Until the load balancers take them from there themselves.
export { cidrContains, isPrivateAddress, parseAddress } from 'aws-languages/cidr';
