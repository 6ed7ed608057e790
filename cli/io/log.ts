// Process-wide: standard output and standard error are those of the process.
import { reasons } from './surroundings.ts'

/**
 * Where the log of a server goes: standard output. A line that cannot be written there is lost,
 * and the server serves on. A logger on the bare descriptor would end the process instead, and
 * would log that first, for ever.
 */
export const logStream = {
  write (line: string): void { process.stdout.write(line) }
}

/** Has this process outlive an output that cannot be written: it says so once on standard error. */
export function outliveOutputs (): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.stdout.once('error', ({ code = '', message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return
    const why = reasons[code] ?? message
    const sentence = `the log cannot be written (${why}); presque serves on without it`
    process.stderr.write(`presque: ${sentence}\n`)
  })
}
