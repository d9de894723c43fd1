export { thumbnailOf as default } from './thumbnail.mjs'
