/** The licences of the packages, by their names, in the words of Fedora's specifications, from which Amazon Linux 2023 builds them. */
declare const licenses: Readonly<Record<string, string>>;
export default licenses;
