/** Node's crypto. It is loaded at its first use: that takes 2 ms, and threads seldom need it. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
