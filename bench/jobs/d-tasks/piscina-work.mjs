export { primesOf as default } from './primes.mjs'
