import type { Surroundings } from './surroundings.ts'

/**
 * Has each key that is pressed told as it is pressed, on a terminal; elsewhere nothing is read.
 * Ctrl-C interrupts as ever: the terminal, which raw mode keeps from doing it, is restored first.
 */
export function listenForKeys ({ input }: Surroundings, tell: (key: string) => Promise<void>): { stop: () => void } {
  if (input.isTTY !== true || input.setRawMode === undefined) return { stop: () => {} }
  const hear = (piece: Buffer | string) => {
    for (const key of String(piece)) {
      if (key === '\u0003') interrupt()
      // What cannot be drawn now is told by the next change.
      else void tell(key).catch(() => {})
    }
  }
  const stop = () => {
    input.off('data', hear)
    input.setRawMode!(false)
    input.pause()
  }
  const interrupt = () => {
    stop()
    process.kill(process.pid, 'SIGINT')
  }
  input.setRawMode(true)
  input.on('data', hear)
  return { stop }
}
