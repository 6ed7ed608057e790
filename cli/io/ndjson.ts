import { isUtf8 } from 'node:buffer'
import { createReadStream, fstatSync, readFileSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Query } from '../../client/request.ts'
import type { Call } from '../command.ts'
import { exits, failure, Failure, Usage } from './exit.ts'
import { flaw } from './json-text.ts'

const mostLines = 500
// Well below what a server takes by default, 1 MiB.
const mostBytes = 512 * 1024

interface Line { number: number, text: string }

/**
 * A job for each line. What is a file is looked through before the first job goes in, so that a bad line means that nothing was pushed; what comes
 * through a pipe is checked batch by batch, and a bad line stops it before its batch. A batch goes in as a whole or not at all.
 */
export async function pushLines (call: Call, query: Query, key: string | undefined): Promise<number> {
  const { open, again } = source(call)
  if (again) await look(open())
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

async function look (input: Readable): Promise<void> {
  const found = batches(input)
  while (!(await found.next()).done);
}

interface Source { open: () => Readable, again: boolean }

// A pipe, a FIFO and a terminal can be read but once, whatever name they are given.
function source ({ args: { job = '@-' }, io: { input } }: Call): Source {
  if (!job.startsWith('@')) throw new Usage('--ndjson reads standard input or @FILE')
  if (job !== '@-') return { open: () => createReadStream(job.slice(1)), again: isFile(job.slice(1)) }
  if (input.isTTY) throw new Usage('--ndjson reads lines from standard input: presque push mail --ndjson < jobs.ndjson')
  const { fd } = input as { fd?: number }
  const start = fd !== undefined && fstatSync(fd).isFile() ? position(fd) : undefined
  if (start === undefined) return { open: () => input, again: false }
  return { open: () => createReadStream('', { fd, start, autoClose: false }), again: true }
}

function isFile (path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch (error) {
    throw new Usage(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

// What has read from this file before, such as `read` of the shell, has left off there. Elsewhere than on Linux it cannot be known.
function position (fd: number): number | undefined {
  try {
    return Number(/^pos:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1])
  } catch {
    return undefined
  }
}

async function * batches (input: Readable): AsyncGenerator<Line[]> {
  let batch: Line[] = []
  let bytes = 0
  for await (const line of lines(input)) {
    if (batch.length > 0 && (batch.length === mostLines || bytes + line.text.length > mostBytes)) {
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
  const why = isUtf8(bytes) ? flaw(text) : 'a job must be UTF-8'
  if (why !== undefined) throw new BadLine(number, why)
  yield { number, text }
}

class BadLine extends Usage {
  readonly line: number

  constructor (line: number, why: string) {
    super(`line ${line}: ${why}`)
    this.line = line
  }
}

// With a key each line is a push of its own, which may be repeated.
async function send (call: Call, query: Query, key: string | undefined, batch: Line[]): Promise<void> {
  try {
    if (key === undefined) return await call.presque.pushMany(call.queue, batch.map(({ text }) => text), query)
    for (const { number, text } of batch) await call.presque.request('POST', `/q/${call.queue}`, { query, body: text, headers: { 'idempotency-key': `${key}:${number}` } })
  } catch (error) {
    const { message, exit } = failure(error, call.url)
    const unknown = key !== undefined ? 'are in, in part: push the same again with the same key' : isSure(error, exit) ? 'are not in' : 'may be in, or not'
    throw new Failure(`lines ${batch[0]!.number} to ${batch.at(-1)!.number} ${unknown}: ${message}`, exit)
  }
}

// A connection that was refused has carried nothing.
function isSure (error: unknown, exit: number): boolean {
  return exit !== exits.away || JSON.stringify([(error as Error).cause, ((error as Error).cause as Error | undefined)?.cause]).includes('"ECONNREFUSED"')
}

function told (error: unknown, call: Call, done: number): Failure {
  const { message, exit } = failure(error, call.url)
  return new Failure(done === 0 ? `${message}; nothing before it was pushed` : `${message}; the ${done} jobs before that are in ${call.queue}`, exit)
}

async function bar ({ io: { errors } }: Call) {
  if (!errors.isTTY) return undefined
  const { default: progress } = await import('cli-progress')
  const one = new progress.SingleBar({ format: '{value} jobs pushed, {duration} s', stream: errors as NodeJS.WriteStream })
  one.start(0, 0)
  return one
}
