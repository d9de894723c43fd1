import type { SingleBar } from 'cli-progress'
import { clock } from '../../clock.ts'
import type { PipelineStats } from '../options.ts'
import { endText, progressText } from './progress-text.ts'

/** A stream for people. */
export interface ProgressStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** One way to show the progress of a run. */
export interface ProgressView {
  update(stats: PipelineStats): void
  /** The run is over. Nothing is shown after this. */
  end(stats: PipelineStats): void
}

const LINE_EVERY_MS = 10_000

/** A line every 10 s, and one at the end. */
export class LineView implements ProgressView {
  readonly #stream: ProgressStream
  readonly #unit: string
  #last = clock.now()

  constructor(stream: ProgressStream, unit: string) {
    this.#stream = stream
    this.#unit = unit
  }

  update(stats: PipelineStats): void {
    if (clock.now() - this.#last < LINE_EVERY_MS) return
    this.#last = clock.now()
    this.#stream.write(`${progressText(stats, this.#unit)}\n`)
  }

  end(stats: PipelineStats): void {
    this.#stream.write(`${endText(stats, this.#unit)}\n`)
  }
}

const BAR_COLUMNS = 24
/**
 * The bar is drawn on every update, and its own timer would only draw it again. That timer is as rare as the
 * package allows; nor does it hold the process, as it is not referenced.
 */
const REDRAWS_A_SECOND = 1 / 3600

/** A bar on the last line of a terminal. At the end a line in words takes its place. */
export class BarView implements ProgressView {
  readonly #stream: ProgressStream
  readonly #unit: string
  #bar: SingleBar | undefined
  #stats: PipelineStats | undefined
  #isEnded = false
  /** The text that is drawn behind the bar. */
  #text = ''

  constructor(stream: ProgressStream, unit: string) {
    this.#stream = stream
    this.#unit = unit
  }

  update(stats: PipelineStats): void {
    const isFirst = this.#stats === undefined
    this.#stats = stats
    // Without the package the run goes on, and only the line at the end is shown.
    if (isFirst) this.#load().catch(() => {})
    else this.#draw()
  }

  end(stats: PipelineStats): void {
    this.#isEnded = true
    this.#bar?.stop()
    this.#bar = undefined
    this.#stream.write(`${endText(stats, this.#unit)}\n`)
  }

  /** Loaded at the first update: a program without progress does not load the package. */
  async #load(): Promise<void> {
    const { default: library } = await import('cli-progress')
    if (this.#isEnded) return
    const options = {
      terminal: new OneLine(this.#stream),
      format: (given: object, { progress }: { progress: number }) =>
        this.#stats?.total === undefined
          ? this.#text
          : `${library.Format.BarFormat(progress, given)} ${this.#text}`,
      barsize: BAR_COLUMNS,
      fps: REDRAWS_A_SECOND,
      linewrap: true,
      clearOnComplete: true,
      gracefulExit: false,
    }
    this.#bar = new library.SingleBar(options, library.Presets.shades_classic)
    this.#draw()
  }

  #draw(): void {
    const [bar, stats] = [this.#bar, this.#stats]
    if (bar === undefined || stats === undefined) return
    this.#text = progressText(stats, this.#unit)
    if (bar.isActive) {
      bar.setTotal(stats.total ?? 0)
      bar.update(stats.done)
      bar.render()
    } else bar.start(stats.total ?? 0, stats.done)
    const { timer } = bar as SingleBar & { readonly timer?: NodeJS.Timeout | null }
    timer?.unref()
  }
}

/**
 * The terminal as the bar sees it: one line. The package's own saves the cursor at the start and goes back
 * there at the end, over whatever was printed meanwhile. It also leaves settings of the terminal changed when
 * the process is killed.
 */
class OneLine {
  readonly #stream: ProgressStream

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  cursorSave(): void {}
  cursorRestore(): void {}
  cursor(): void {}
  lineWrapping(): void {}
  newline(): void {}

  cursorTo(): void {
    this.#stream.write('\r')
  }

  write(text: string): void {
    this.#stream.write(text.slice(0, this.getWidth() - 1))
  }

  clearRight(): void {
    this.#stream.write('\x1b[K')
  }

  clearLine(): void {
    this.#stream.write('\r\x1b[K')
  }

  isTTY(): boolean {
    return true
  }

  getWidth(): number {
    // Some terminals say that they have none.
    return this.#stream.columns || 80
  }
}
