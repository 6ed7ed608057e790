import { PresqueError, Unreachable } from '../../client/error.ts'

/** The exit codes of the commands; docs/reference/cli.md has the same table. */
export const exits = {
  done: 0, failed: 1, usage: 2, nothing: 3, away: 4, forbidden: 5
} as const

/** One sentence with the fault and the next step, and the exit code of the command. */
export class Failure extends Error {
  readonly exit: number

  constructor (message: string, exit: number = exits.failed) {
    super(message)
    this.exit = exit
  }
}

export class Usage extends Failure {
  constructor (message: string) {
    super(message, exits.usage)
  }
}

/** The meaning of the error codes of a connection. */
export const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be looked up',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke'
}

/** Any error as a failure of the command. `url` is that of the server that was asked. */
export function failure (error: unknown, url: string): Failure {
  if (error instanceof Failure) return error
  if (error instanceof PresqueError) return answered(error, url)
  const broken = error instanceof Unreachable ? error.cause : error
  const { message, cause } = broken as Error & { cause?: NodeJS.ErrnoException }
  if (!(broken instanceof TypeError) || cause === undefined) return new Failure(message)
  const why = reasons[cause.code ?? ''] ?? cause.message ?? message
  const help = "start one with 'presque serve', or set PRESQUE_URL"
  return new Failure(`no presque answers at ${url} (${why}): ${help}`, exits.away)
}

function answered ({ status, message }: PresqueError, url: string): Failure {
  if (status === 401) {
    const help = `set PRESQUE_TOKEN to one that ${url} knows ('presque token' makes one)`
    return new Failure(`${message}; ${help}`, exits.forbidden)
  }
  if (status === 403) {
    return new Failure(`${message}; set PRESQUE_TOKEN to one that may do this`, exits.forbidden)
  }
  if (status === 404) return new Failure(message, exits.nothing)
  if ([502, 503, 504].includes(status)) {
    return new Failure(`${url} cannot do this now: ${message}; try again`, exits.away)
  }
  return new Failure(message)
}
