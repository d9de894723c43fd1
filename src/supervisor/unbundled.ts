// This module is imported first, so that the error of a bundle that holds millrace comes before errors of
// modules that need their own place. The error also needs a bundle that can be parsed: a bundle may declare
// `createRequire` itself, so no module imports that name, and all use `Module.createRequire`.
export { EXTERNAL } from '../thread-files.ts'
