export { digestOf as default } from './digest.mjs'
