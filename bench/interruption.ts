import { constants } from 'node:os'

/** The user asked for an end. */
export class InterruptedError extends Error {
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/** Rejects at Ctrl-C and at a request to end. A second signal ends the process at once. */
export class Interruption {
  readonly promise: Promise<never>

  constructor() {
    this.promise = new Promise((_, reject) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => reject(new InterruptedError(signal)))
    })
    this.promise.catch(() => {})
  }
}
