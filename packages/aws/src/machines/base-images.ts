export { amazonLinux2023 } from './emulated/base-images';
