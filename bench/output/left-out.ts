const lines: string[] = []

/** Rivals that this process has left out, a line each, in the order of their reports. */
export function leftOut(): readonly string[] {
  return lines
}

/** Reports, once, on standard error and in the run's JSON, that a rival does not take part. */
export function leaveOut(rival: string, why: string): void {
  const line = `${rival} is left out: ${why}`
  if (lines.includes(line)) return
  lines.push(line)
  process.stderr.write(`${line}\n`)
}
