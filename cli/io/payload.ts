import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Usage } from './exit.ts'
import { payloadError } from './json-text.ts'
import type { Surroundings } from './surroundings.ts'

export const sources = 'JSON, - for standard input, or @FILE'

/**
 * The payload that an argument stands for, byte for byte. The argument is JSON, `-` for standard
 * input, or `@file`; without it, standard input is read unless that is a terminal. The line end
 * that a shell or an editor adds is not part of the payload.
 */
export async function payload (
  given: string | undefined, { input }: Surroundings
): Promise<string> {
  if (given === undefined && input.isTTY) {
    throw new Usage(`the job is missing: give ${sources}`)
  }
  const text = await textOf(given ?? '@-', input)
  const why = payloadError(text)
  if (why !== undefined) throw new Usage(`${why}; give ${sources}`)
  return text.replace(/\r?\n$/, '')
}

async function textOf (given: string, input: Surroundings['input']): Promise<string> {
  if (given === '@-') return decode(await buffer(input))
  return given.startsWith('@') ? decode(await read(given.slice(1))) : given
}

async function read (path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new Usage(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function decode (bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Usage('a job must be UTF-8')
  return bytes.toString('utf8')
}
