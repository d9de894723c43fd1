import Module from 'node:module'
import { dirname } from 'node:path'
import { MessageChannel, type MessagePort, type Transferable, Worker } from 'node:worker_threads'
import { type Boot, isSelfStart, type RunMessage, THREAD_BOOT, THREAD_MARK } from '../../protocol/index.ts'
import { acquit } from '../../queue/index.ts'
import { BOOT, HOST } from '../../thread-files.ts'
import type { ThreadSettings } from './settings.ts'

/** How a thread ended. It is told after the thread's last instruction. */
export interface Exit {
  readonly exitCode: number
  /** The uncaught error that ended the thread; undefined if none did. */
  readonly error: unknown
  /**
   * An earlier function may have left what ended the thread: it has run several, and died by an uncaught
   * error.
   */
  readonly mayBeLeftover: boolean
}

/** Node ended the thread: this is no error of the function's code, or of what an earlier function left. */
const NODE_ENDED_IT = ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED', 'ERR_WORKER_PATH']

/** Node 22.1 and later. Their folder for one version is in the folder that `enableCompileCache` takes. */
function compileCache(): string | undefined {
  const { getCompileCacheDir } = Module as { getCompileCacheDir?: () => string | undefined }
  const folder = getCompileCacheDir?.()
  return folder === undefined ? undefined : dirname(folder)
}

/**
 * One thread of this process: a Worker with the host of this library. It runs one function after another, or
 * only one.
 */
export class Thread {
  readonly settings: ThreadSettings
  /** `worker_threads.threadId`. */
  readonly id: number
  /** Resolves when it has exited. */
  readonly exited: Promise<void>
  /** The files of which it has loaded modules, with their versions before that. */
  readonly modules = new Map<string, string>()
  readonly #worker: Worker
  readonly #port: MessagePort
  #runs = 0
  #isAlive = true
  #isEnding = false
  #isResting = false
  #failure: unknown
  #onExit: ((exit: Exit) => void) | undefined

  /** @throws for settings that Node refuses */
  constructor(settings: ThreadSettings) {
    const { loader, execArgv, resourceLimits } = settings
    const { port1, port2 } = new MessageChannel()
    const { tsx, isCommonJs } = loader
    const boot: Boot = { host: HOST, tsx, isCommonJs, compileCache: compileCache(), port: port2 }
    this.settings = settings
    this.#port = port1
    this.#worker = new Worker(BOOT, {
      workerData: { [THREAD_MARK]: true, [THREAD_BOOT]: boot },
      transferList: [port2],
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    })
    this.id = this.#worker.threadId
    this.#worker.on('error', (error) => this.#failed(error))
    this.exited = new Promise((resolve) => {
      this.#worker.once('exit', (exitCode) => {
        this.#isAlive = false
        port1.close()
        this.#onExit?.({ exitCode, error: this.#failure, mayBeLeftover: this.#mayBeLeftover })
        resolve()
      })
    })
  }

  /** It has not exited, and nothing has told it to. */
  get isFit(): boolean {
    return this.#isAlive && !this.#isEnding && this.#failure === undefined
  }

  /** It has begun with its second function, or a later one. */
  get isReused(): boolean {
    return this.#runs > 1
  }

  /** Runs a function. From now on the process does not end before the thread is idle. */
  run(message: RunMessage, transferList: Transferable[], onExit: (exit: Exit) => void): void {
    this.#runs++
    this.#isResting = false
    this.#worker.ref()
    this.#onExit = onExit
    this.#port.postMessage(message, transferList)
  }

  /** It has run its function, and waits for another. The process need not wait for it. */
  rest(onExit: () => void): void {
    this.#onExit = onExit
    this.#isResting = true
    this.#worker.unref()
  }

  /** Terminates it. Its exit is told as before. */
  terminate(): void {
    this.#isEnding = true
    void this.#worker.terminate()
  }

  get #mayBeLeftover(): boolean {
    const code = String((this.#failure as { code?: unknown } | null | undefined)?.code)
    return this.isReused && this.#failure !== undefined && !NODE_ENDED_IT.includes(code)
  }

  #failed(error: unknown): void {
    this.#failure ??= error ?? new Error(`${error} was thrown`)
    // Before its exit, at which the queues deliver its items again.
    if (this.#mayBeLeftover) acquit(this.id)
    // No run fails by it. The program did in the thread what is for the main program alone.
    if (this.#isResting && isSelfStart(error)) {
      process.emitWarning(error.message, { type: 'ThreadError', code: 'MILLRACE_SELF_START' })
    }
  }
}
