export { MAX_HOLES } from './holes.ts'
export { MetObjects } from './met-objects.ts'
export { isPlainInstance, notePlainClass, plainClassCount } from './plain-classes.ts'
export { flagsOf, newRegExp, sourceOf } from './regexps.ts'
export {
  bufferBytes,
  bufferOfView,
  bytesOfView,
  isResizable,
  isView,
  kindOfView,
  lengthOfView,
  newView,
  offsetOfView,
  UINT8_ARRAY,
} from './views.ts'
