import { resolve } from 'node:path'
import closeWithGrace from 'close-with-grace'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import manifest from '../package.json' with { type: 'json' }
import presque, { options } from '../app.ts'
import { readConfig } from '../operations/config.ts'
import type { Config } from '../schemas/config.ts'

// In ms: how long SIGTERM waits for what runs.
const drain = 10_000

// Serves until a signal comes. A start that fails ends the process with one sentence and exit code 1.
async function serve (): Promise<void> {
  try {
    const config = readConfig(process.env)
    const app = await listen(config)
    closeWithGrace({ delay: drain, logger: app.log }, async ({ err }) => {
      if (err) app.log.fatal(err, 'stopping')
      await app.close()
    })
    process.stdout.write(welcome(app, config))
  } catch (error) {
    process.stderr.write(`presque: ${sentence(error as NodeJS.ErrnoException)}\n`)
    process.exit(1)
  }
}

async function listen (config: Config): Promise<FastifyInstance> {
  const { HOST: host, PORT: port, LOG_LEVEL: level } = config
  // A line or two a request cost a fifth of the throughput.
  const quiet = new LogController({ disableRequestLogging: level !== 'debug' && level !== 'trace' })
  const app = Fastify({ ...options, logger: { level }, logController: quiet, childLoggerFactory: logger => logger })
  try {
    await app.register(presque, { config })
    await app.listen({ host, port, listenTextResolver: address => `listening at ${address}` })
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

function welcome (app: FastifyInstance, { REDIS_URL, PRESQUE_DATA }: Config): string {
  const url = app.listeningOrigin
  const store = REDIS_URL === '' ? `${resolve(PRESQUE_DATA)} (a private Redis)` : REDIS_URL.replace(/\/\/[^@/]*@/, '//***@')
  return `
presque ${manifest.version}

  serving     ${url}
  docs        ${url}/docs
  jobs are in ${store}

  put a job in   curl -d '{"to":"ann"}' -H 'content-type: application/json' ${url}/q/mail
  take it out    curl ${url}/q/mail

`
}

function sentence ({ code, message }: NodeJS.ErrnoException): string {
  const { HOST = '127.0.0.1', PORT = '5000' } = process.env
  if (code === 'EADDRINUSE') return `port ${PORT} of ${HOST} is taken by another program; give another with PORT=5001`
  if (code === 'EACCES') return `this user may not listen on port ${PORT}; give one above 1023 with PORT=5000`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST=${HOST} is no address of this machine`
  return message
}

await serve()
