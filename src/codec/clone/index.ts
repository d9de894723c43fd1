export { readClone, V8_MARK, writeClone } from './clone.ts'
