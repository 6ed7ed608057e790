import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import closeWithGrace from 'close-with-grace'
import manifest from '../package.json' with { type: 'json' }
import { readConfig } from '../operations/config.ts'
import type { Config } from '../schemas/config.ts'
import { outliveOutputs } from './io/log.ts'
import { tooFewFiles } from './open-files.ts'
import { startProcesses } from './cluster/primary.ts'
import { drainMs, startServer, type Serving } from './server.ts'

// Serves until a signal comes. If the start fails, the process ends with one sentence and exit
// code 1.
async function serve (): Promise<void> {
  outliveOutputs()
  try {
    const few = tooFewFiles()
    if (few !== null) throw new Error(few)
    const config = readConfig(process.env)
    const count = processes(config)
    const url = await (count === 1
      ? startServer(config, endOnSignal)
      : startProcesses(count, config, endOnSignal))
    // Standard output is for the log alone: lines of JSON.
    process.stderr.write(welcome(url, count, config))
  } catch (error) {
    if (isEnding) return
    process.stderr.write(`presque: ${sentence(error as NodeJS.ErrnoException)}\n`)
    process.exit(1)
  }
}

// Process-wide, as signals are: a start that is told to end does not fail.
let isEnding = false

function endOnSignal ({ log, close }: Serving): void {
  closeWithGrace({ delay: drainMs, logger: log }, async ({ err }) => {
    isEnding = true
    if (err) log.fatal(err, 'stopping')
    await close()
  })
}

function processes ({ PRESQUE_PROCESSES: count }: Config): number {
  return count === 'auto' ? Math.min(availableParallelism(), 64) : count
}

function welcome (url: string, count: number, { REDIS_URL, PRESQUE_DATA }: Config): string {
  const store = REDIS_URL === ''
    ? `${resolve(PRESQUE_DATA)} (a private Redis)`
    : REDIS_URL.replace(/\/\/[^@/]*@/, '//***@')
  return `
presque ${manifest.version}

  serving     ${url}${count === 1 ? '' : ` (${count} processes)`}
  docs        ${url}/docs
  jobs are in ${store}

  put a job in   curl -d '{"to":"ann"}' -H 'content-type: application/json' ${url}/q/mail
  take it out    curl ${url}/q/mail

`
}

function sentence ({ code, message }: NodeJS.ErrnoException): string {
  const { HOST = '127.0.0.1', PORT = '5000' } = process.env
  if (code === 'EADDRINUSE') {
    return `port ${PORT} of ${HOST} is taken by another program; give another with PORT=5001`
  }
  if (code === 'EACCES') {
    return `this user may not listen on port ${PORT}; give one above 1023 with PORT=5000`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `HOST=${HOST} is no address of this machine`
  }
  return message
}

await serve()
