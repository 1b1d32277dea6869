/** Lines of the text files of the image and of packages, by their path. */
declare const files: Readonly<Record<string, readonly string[]>>;
export default files;
