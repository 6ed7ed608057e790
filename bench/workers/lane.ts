import { createInterface, type Interface } from 'node:readline'
import { once } from 'node:events'
import { start, startServer, type Child } from '../race/child.ts'
import { ownRedis } from '../race/lane.ts'
import type { Figure } from '../race/figure.ts'
import type { Place } from '../setup.ts'
import type { WorkerContestant } from './contestant.ts'

const jobs = 20_000

/** A worker that runs, with a Redis of its own, and a presque where it needs one. */
export class WorkerLane {
  readonly contestant: WorkerContestant
  readonly #place: Place
  readonly #server: Child | undefined
  readonly #program: ReturnType<typeof start>
  readonly #lines: Interface

  private constructor (
    contestant: WorkerContestant, place: Place, server: Child | undefined,
    program: ReturnType<typeof start>
  ) {
    this.contestant = contestant
    this.#place = place
    this.#server = server
    this.#program = program
    this.#lines = createInterface(program.stdout)
  }

  static async open (contestant: WorkerContestant): Promise<WorkerLane> {
    const place = await ownRedis()
    const env = { REDIS_URL: place.url, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' }
    const server = contestant.needsPresque
      ? await startServer(process.execPath, ['dist/cli/serve.js'], env)
      : undefined
    const [command, ...args] = await contestant.command()
    const program = start(command!, [...args, server?.url ?? place.url])
    return new WorkerLane(contestant, place, server, program)
  }

  async close (): Promise<void> {
    await this.#program.stop()
    await this.#server?.stop()
    await this.#place.stop()
  }

  /** Lets it work on 20 000 jobs. */
  async measure (concurrency: number): Promise<Figure> {
    await this.#place.redis.flushall('SYNC')
    this.#program.stdin.write(`${jobs} ${concurrency}\n`)
    const line = await Promise.race([once(this.#lines, 'line'), once(this.#lines, 'close')])
    const seconds = Number(/^took (\S+)$/.exec(String(line[0]))?.[1])
    if (!(seconds > 0)) throw new Error(`${this.contestant.name} ended without a figure`)
    return { jobs: jobs / seconds }
  }
}
