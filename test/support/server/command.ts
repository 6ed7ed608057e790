import { PassThrough, Readable, Writable } from 'node:stream'
import { main } from '../../../cli/main.ts'
import type { Surroundings } from '../../../cli/io/surroundings.ts'

export interface Said {
  code: number
  out: string
  err: string
}

interface Around {
  input?: string | Buffer | string[]
  env?: NodeJS.ProcessEnv
  terminal?: boolean
}

/** Something to write to that keeps it. */
export function ear (isTTY = false): Writable & { isTTY: boolean; text: string } {
  const heard = Object.assign(
    new Writable({
      write (piece, _, done) {
        heard.text += String(piece)
        done()
      }
    }),
    { isTTY, text: '' }
  )
  return heard
}

/** `presque` in this process, against that URL. Without input, standard input is a terminal. */
export async function presque (
  url: string,
  args: string[],
  { input, env = {}, terminal = false }: Around = {}
): Promise<Said> {
  const [output, errors] = [ear(terminal), ear(terminal)]
  const from =
    input === undefined
      ? Object.assign(new PassThrough(), { isTTY: true })
      : Readable.from([input].flat().map(piece => Buffer.from(piece)))
  const io: Surroundings = {
    env: { ...process.env, PRESQUE_URL: url, PRESQUE_TOKEN: '', ...env },
    input: from,
    output,
    errors
  }
  const code = await main(args, io)
  return { code, out: output.text, err: errors.text }
}
