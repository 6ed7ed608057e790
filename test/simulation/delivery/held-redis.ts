import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/**
 * A way to Redis on which one direction can be held up: a command has then happened, or has not,
 * and its client does not hear of it.
 */
export class HeldRedis {
  readonly url: string
  readonly #pairs: Array<{ asking: Socket; redis: Socket }> = []

  private constructor (url: string) {
    this.url = url
  }

  static async start (t: Test, redisUrl: string, name: string): Promise<HeldRedis> {
    const socket = redisUrl.slice('unix://'.length)
    const held = new HeldRedis(`${redisUrl}-${name}`)
    const server = createServer(asking => held.#join(asking, connect(socket))).listen(
      `${socket}-${name}`
    )
    t.teardown(() => {
      server.close()
    })
    await once(server, 'listening')
    return held
  }

  /** Redis does what it is asked, and its answers stay away. */
  holdAnswers (): void {
    for (const { redis } of this.#pairs) redis.pause()
  }

  /** The requests never come to Redis. */
  holdRequests (): void {
    for (const { asking } of this.#pairs) asking.unpipe()
  }

  #join (asking: Socket, redis: Socket): void {
    this.#pairs.push({ asking, redis })
    for (const [from, to] of [
      [asking, redis],
      [redis, asking]
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  }
}
