import type { Readable, Writable } from 'node:stream'
import { exits, Failure } from './exit.ts'

/** The environment and the streams of a command. */
export interface Surroundings {
  env: NodeJS.ProcessEnv
  input: Readable & { isTTY?: boolean, setRawMode?: (on: boolean) => unknown }
  output: Writable & { isTTY?: boolean, columns?: number, rows?: number }
  errors: Writable & { isTTY?: boolean }
}

/** Those of this process. */
export const here: Surroundings = {
  env: process.env, input: process.stdin, output: process.stdout, errors: process.stderr
}

/** The meaning of the error codes of a write. */
export const reasons: Record<string, string> = {
  ENOSPC: 'there is no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is as large as a file may be here',
  EIO: 'the device failed',
  EBADF: 'it is closed'
}

/** The reader has closed the pipe (`| head`). That is no error, and the command ends in silence. */
export class ReaderGone extends Failure {
  constructor () {
    super('', exits.done)
  }
}

/**
 * Resolves once the text is written: only then may presque be told that it is. Rejects with a
 * `Failure` if it cannot be written.
 */
export async function write (output: Writable, text: string): Promise<void> {
  // The stream also emits each error as an event. Without a listener that would end the process.
  if (output.listenerCount('error') === 0) output.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    output.write(text, error => error ? reject(unwritten(error)) : resolve())
  })
}

function unwritten ({ code = '', message }: NodeJS.ErrnoException): Failure {
  if (code === 'EPIPE') return new ReaderGone()
  return new Failure(`the output cannot be written: ${reasons[code] ?? message}`)
}
