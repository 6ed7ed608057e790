import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Failure, Usage } from './exit.ts'
import { flaw } from './json-text.ts'
import type { Surroundings } from './surroundings.ts'

export const sources = 'JSON, - for standard input, or @FILE'

/**
 * The job that an argument stands for, byte for byte: JSON, `-` for standard input, `@file` for a file; nothing is standard input, too,
 * if that is no terminal. The line end that a shell or an editor adds is not part of it.
 */
export async function payload (given: string | undefined, { input }: Surroundings): Promise<string> {
  if (given === undefined && input.isTTY) throw new Usage(`the job is missing: give ${sources}`)
  const text = given === undefined || given === '@-' ? decode(await buffer(input)) : given.startsWith('@') ? decode(await read(given.slice(1))) : given
  const why = flaw(text)
  if (why !== undefined) throw new Usage(`${why}; give ${sources}`)
  return text.replace(/\r?\n$/, '')
}

async function read (path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, 2)
  }
}

function decode (bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Usage('a job must be UTF-8')
  return bytes.toString('utf8')
}
