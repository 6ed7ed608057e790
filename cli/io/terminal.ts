import type { Surroundings } from './surroundings.ts'

/**
 * Calls `onKey` for each key that is pressed on a terminal; elsewhere nothing is read. Ctrl-C still
 * interrupts: in raw mode the terminal does not do that itself, so its mode is restored first.
 */
export function listenForKeys (
  { input }: Surroundings, onKey: (key: string) => Promise<void>
): { stop: () => void } {
  if (input.isTTY !== true || input.setRawMode === undefined) return { stop: () => {} }
  const onData = (piece: Buffer | string) => {
    for (const key of String(piece)) {
      if (key === '\u0003') interrupt()
      // If it cannot be drawn now, the next change draws it.
      else void onKey(key).catch(() => {})
    }
  }
  const stop = () => {
    input.off('data', onData)
    input.setRawMode!(false)
    input.pause()
  }
  const interrupt = () => {
    stop()
    process.kill(process.pid, 'SIGINT')
  }
  input.setRawMode(true)
  input.on('data', onData)
  return { stop }
}
