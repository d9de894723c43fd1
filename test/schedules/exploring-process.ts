import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Outcome, Work } from './work.ts'

/**
 * A child process that explores. Several processes use all cores. Besides, the loader of the test runner
 * makes every imported constant a property lookup, which costs more than half of the speed.
 */
export class ExploringProcess {
  readonly #child: ChildProcess
  #settle: ((outcome: Outcome) => void) | undefined
  #work: Work | undefined
  #ended = ''

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./work.ts', import.meta.url)), ['worker'], {
      serialization: 'advanced',
      execArgv: ['--import', 'tsx', '--max-old-space-size=6144'],
    })
    this.#child.on('message', (outcome: Outcome) => this.#answer(outcome))
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('exit', (code, signal) => this.#end(`the process ended with ${signal ?? code}`))
  }

  /** Does one piece of work at a time. A failure, also of the process, is in the outcome. */
  do(work: Work): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#work = work
      this.#settle = resolve
      if (this.#ended === '') this.#child.send(work)
      else this.#answer({ work, failure: this.#ended })
    })
  }

  get hasEnded(): boolean {
    return this.#ended !== ''
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  /** Ends the process, also while it explores. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #end(how: string): void {
    this.#ended = how
    if (this.#work !== undefined) this.#answer({ work: this.#work, failure: how })
  }

  #answer(outcome: Outcome): void {
    const settle = this.#settle
    this.#work = undefined
    this.#settle = undefined
    settle?.(outcome)
  }
}
