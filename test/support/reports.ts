/**
 * Runs the parts of a job one after the other, and prints the report of each as a line of JSON. A failed part
 * may leave a thread that keeps the process alive, so the process exits after it.
 */
export async function reportEach<Part>(
  parts: readonly Part[],
  run: (part: Part) => Promise<{ readonly failure?: string }>,
): Promise<void> {
  for (const part of parts) {
    const report = await run(part)
    console.log(JSON.stringify(report))
    if (report.failure !== undefined) process.exit(1)
  }
}

/** The reports that a process printed, one in each line. */
export function reportsIn<Report>(output: string): Report[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Report)
}
