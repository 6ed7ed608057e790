import type { Readable, Writable } from 'node:stream'
import { exits, Failure } from './exit.ts'

/** Where a command runs: what it reads, what it says, and to whom. */
export interface Surroundings {
  env: NodeJS.ProcessEnv
  input: Readable & { isTTY?: boolean, setRawMode?: (on: boolean) => unknown }
  output: Writable & { isTTY?: boolean, columns?: number, rows?: number }
  errors: Writable & { isTTY?: boolean }
}

export const here: Surroundings = { env: process.env, input: process.stdin, output: process.stdout, errors: process.stderr }

/** What an error code of a write says. */
export const reasons: Record<string, string> = {
  ENOSPC: 'there is no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is as large as a file may be here',
  EIO: 'the device failed',
  EBADF: 'it is closed'
}

/** The reader has had enough (`| head`): no error, and there is nothing to be said. */
export class ReaderGone extends Failure {
  constructor () { super('', exits.done) }
}

/** Resolves once the text is out: what is told to presque afterwards is then true. Rejects with a `Failure` if it is not. */
export async function write (output: Writable, text: string): Promise<void> {
  // The stream tells each error as an event as well, and an event that nothing hears ends the process.
  if (output.listenerCount('error') === 0) output.on('error', () => {})
  await new Promise<void>((resolve, reject) => { output.write(text, error => error ? reject(unwritten(error)) : resolve()) })
}

function unwritten ({ code = '', message }: NodeJS.ErrnoException): Failure {
  if (code === 'EPIPE') return new ReaderGone()
  return new Failure(`the output cannot be written: ${reasons[code] ?? message}`)
}
