/** The progress of a run, for people. */

export { type ProgressOptions, type ProgressSource, progressBar } from './progress-bar.ts'
