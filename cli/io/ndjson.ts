import { isUtf8 } from 'node:buffer'
import { createReadStream, fstatSync, readFileSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Query } from '../../client/http/request.ts'
import type { Call } from '../command.ts'
import { exits, failure, Failure, Usage } from './exit.ts'
import { payloadError } from './json-text.ts'

const mostLines = 500
// Well below the largest body that a server takes by default, 1 MiB.
const mostBytes = 512 * 1024

interface Line { number: number, text: string }

/**
 * Pushes a job for each line. A file is checked before the first job is pushed, so that a bad line
 * means that no job was. A pipe is checked batch by batch: a bad line stops it before its batch. A
 * batch is pushed as a whole or not at all.
 */
export async function pushLines (
  call: Call, query: Query, key: string | undefined
): Promise<number> {
  const { open, isRepeatable } = source(call)
  if (isRepeatable) await check(open())
  const progress = await bar(call)
  let done = 0
  try {
    for await (const batch of batches(open())) {
      await send(call, query, key, batch)
      done += batch.length
      progress?.update(done)
    }
  } catch (error) {
    throw told(error, call, done)
  } finally {
    progress?.stop()
  }
  await call.tell({ queue: call.queue, pushed: done }, `${done} jobs are in ${call.queue}`)
  return exits.done
}

async function check (input: Readable): Promise<void> {
  const found = batches(input)
  while (!(await found.next()).done);
}

interface Source {
  open: () => Readable
  /** A pipe, a FIFO and a terminal can be read only once, whatever their name. */
  isRepeatable: boolean
}

function source ({ args: { job = '@-' }, io: { input } }: Call): Source {
  if (!job.startsWith('@')) throw new Usage('--ndjson reads standard input or @FILE')
  const path = job.slice(1)
  if (job !== '@-') return { open: () => createReadStream(path), isRepeatable: isFile(path) }
  if (input.isTTY) {
    const example = 'presque push mail --ndjson < jobs.ndjson'
    throw new Usage(`--ndjson reads lines from standard input: ${example}`)
  }
  const { fd } = input as { fd?: number }
  const start = fd !== undefined && fstatSync(fd).isFile() ? position(fd) : undefined
  if (start === undefined) return { open: () => input, isRepeatable: false }
  return { open: () => createReadStream('', { fd, start, autoClose: false }), isRepeatable: true }
}

function isFile (path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch (error) {
    throw new Usage(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

// Another program, such as `read` of the shell, may have read from this file before. Only Linux
// tells how far.
function position (fd: number): number | undefined {
  try {
    const facts = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
    return Number(/^pos:\s*(\d+)$/m.exec(facts)![1])
  } catch {
    return undefined
  }
}

async function * batches (input: Readable): AsyncGenerator<Line[]> {
  let batch: Line[] = []
  let bytes = 0
  for await (const line of lines(input)) {
    const isFull = batch.length === mostLines || bytes + line.text.length > mostBytes
    if (batch.length > 0 && isFull) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(line)
    bytes += Buffer.byteLength(line.text) + 1
  }
  if (batch.length > 0) yield batch
}

async function * lines (input: Readable): AsyncGenerator<Line> {
  let number = 0
  let rest: Buffer[] = []
  for await (const piece of input as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, from)) {
      yield * line(++number, Buffer.concat([...rest, piece.subarray(from, at)]))
      rest = []
      from = at + 1
    }
    if (from < piece.length) rest.push(piece.subarray(from))
  }
  yield * line(++number, Buffer.concat(rest))
}

function * line (number: number, bytes: Buffer): Generator<Line> {
  const text = bytes.toString('utf8').replace(/\r$/, '')
  if (text.trim() === '') return
  const why = isUtf8(bytes) ? payloadError(text) : 'a job must be UTF-8'
  if (why !== undefined) throw new Usage(`line ${number}: ${why}`)
  yield { number, text }
}

// With a key each line is a push of its own, which may be repeated.
async function send (
  call: Call, query: Query, key: string | undefined, batch: Line[]
): Promise<void> {
  try {
    if (key === undefined) {
      return await call.presque.pushMany(call.queue, batch.map(({ text }) => text), query)
    }
    for (const { number, text } of batch) {
      const headers = { 'idempotency-key': `${key}:${number}` }
      await call.presque.request('POST', `/q/${call.queue}`, { query, body: text, headers })
    }
  } catch (error) {
    const { message, exit } = failure(error, call.url)
    const which = `lines ${batch[0]!.number} to ${batch.at(-1)!.number}`
    throw new Failure(`${which} ${fateOf(error, exit, key)}: ${message}`, exit)
  }
}

function fateOf (error: unknown, exit: number, key: string | undefined): string {
  if (key !== undefined) return 'are in, in part: push the same again with the same key'
  return exit !== exits.away || wasRefused(error) ? 'are not in' : 'may be in, or not'
}

// A connection that was refused has carried nothing.
function wasRefused (error: unknown): boolean {
  const { cause } = error as Error
  const chain = [cause, (cause as Error | undefined)?.cause]
  return JSON.stringify(chain).includes('"ECONNREFUSED"')
}

function told (error: unknown, call: Call, done: number): Failure {
  const { message, exit } = failure(error, call.url)
  const before = done === 0
    ? 'nothing before it was pushed'
    : `the ${done} jobs before that are in ${call.queue}`
  return new Failure(`${message}; ${before}`, exit)
}

async function bar ({ io: { errors } }: Call) {
  if (!errors.isTTY) return undefined
  const { default: progress } = await import('cli-progress')
  const stream = errors as NodeJS.WriteStream
  const one = new progress.SingleBar({ format: '{value} jobs pushed, {duration} s', stream })
  one.start(0, 0)
  return one
}
