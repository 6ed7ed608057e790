import type { Command, Redis } from 'ioredis'

// Process-wide: the limiter of each connection, since ioredis gives its nodes of a Cluster, and no
// field of them is ours.

const limitTicks = 14

// A late tick counts for the ticks that it has missed, or on a busy machine the limit would be
// longer by all those delays together. However long a pause is, it counts for this many.
const maxMissedTicks = 3

// How many limits a connection may be silent before it is dropped. Until then late answers can
// arrive, and the jobs that they took are put back.
const silentLimits = 3

/**
 * How many commands may be under way on a connection: as many as Redis does in ten ticks at its
 * present speed, within these bounds. So none stands in line until its time is up, on a slow disk
 * as well.
 */
export const bounds = { fewest: 1000, first: 1000, most: 2000 }

/** A command without an answer. Whether Redis did it is not known, unless its answer comes late. */
export class CommandTimeout extends Error {
  /** Resolves with the answer if it still arrives. It may never settle. */
  readonly late: Promise<unknown>

  constructor (late: Promise<unknown>) {
    super('Command timed out')
    this.late = late
  }
}

type Sent = Command & { isSettled: boolean, sentAt?: number }

interface Queue { length: number, peekAt (index: number): { command: Sent } | undefined }

/**
 * Takes over from ioredis how many ms the commands of a connection wait, and drops a connection
 * that is silent for `times` as long. Returns the connection.
 *
 * The limits of ioredis are timers. After a pause of the process (a VM that is moved, a CPU quota,
 * a closed lid) Node runs timers before it reads sockets, so that answers which had come in time
 * would be given up unread. Here time is counted in ticks of an interval, of which a pause is only
 * a few, and a command is given up only after a turn of the event loop in which no more bytes were
 * read.
 */
export function limitCommands (redis: Redis, ms: number, times = silentLimits): Redis {
  Object.assign(redis.options, { commandTimeout: undefined, socketTimeout: undefined })
  const limiter = new Limiter(redis, ms / limitTicks, times * limitTicks)
  limiters.set(redis, limiter)
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, stream) => {
    return limiter.allows(command as Sent) ? send(command, stream) : command.promise
  }
  return redis
}

const limiters = new WeakMap<Redis, Limiter>()

/** How many commands are under way on a connection, and how many may be. */
export function pipelineOf (redis: Redis | undefined): { length: number, most: number } {
  return (redis && limiters.get(redis)) ?? { length: 0, most: bounds.most }
}

class Limiter {
  most = bounds.first
  #sent = 0
  #done = 0
  readonly #redis: Redis
  readonly #tickMs: number
  readonly #silentTicks: number
  // In ticks since the first command; and when the last tick was, in ms.
  #now = 0
  #tickedAt = 0
  #checking = false
  // When bytes last came, in ticks; and how many had been read by then.
  #heardAt = 0
  #read = 0
  #stalled = false
  #timer: NodeJS.Timeout | undefined

  constructor (redis: Redis, tickMs: number, silentTicks: number) {
    this.#redis = redis
    this.#tickMs = tickMs
    this.#silentTicks = silentTicks
    // A new connection is not stalled because the old one was.
    redis.on('close', () => {
      this.#stalled = false
    })
  }

  get length (): number { return this.#queue.length + this.#redis.autoPipelineQueueSize }

  /** Notes when the command leaves. Refuses it while those before it have been given up. */
  allows (command: Sent): boolean {
    if (this.#timer === undefined) this.#begin()
    command.sentAt = this.#now
    this.#sent++
    if (!this.#stalled || this.#redis.status !== 'ready' || this.#bytes !== this.#read) return true
    command.reject(new Error('Command timed out: redis does not answer'))
    return false
  }

  #begin (): void {
    this.#tickedAt = performance.now()
    this.#timer = setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  #tick (): void {
    const now = performance.now()
    this.#now += Math.min((now - this.#tickedAt) / this.#tickMs, maxMissedTicks)
    this.#tickedAt = now
    this.#adapt()
    if (!this.#checking) setImmediate(() => this.#check())
    this.#checking = true
  }

  // By the commands done since the last tick. Where none is left over, Redis could have done more.
  #adapt (): void {
    const { length } = this.#queue
    const done = this.#sent - length
    const now = done - this.#done
    this.#done = done
    const wanted = length === 0 ? this.most + now : (this.most + 10 * now) / 2
    this.most = Math.min(bounds.most, Math.max(bounds.fewest, Math.ceil(wanted)))
  }

  // After the sockets have been read. If bytes came, there may be more.
  #check (): void {
    if (this.#hasRead()) {
      setImmediate(() => this.#check())
      return
    }
    this.#checking = false
    const front = this.#queue.peekAt(0)?.command
    if (front === undefined) return this.#rest()
    const quiet = this.#now - Math.max(this.#heardAt, front.sentAt ?? 0)
    this.#giveUp(quiet >= limitTicks)
    const { status, stream } = this.#redis
    // A handshake takes no jobs that would have to be put back.
    const most = status === 'ready' ? this.#silentTicks : limitTicks
    if (quiet >= most) stream.destroy(new Error('Socket timeout: redis is silent'))
  }

  // Behind a command that Redis does not answer, the others wait in vain: all are given up with it.
  #giveUp (all: boolean): void {
    for (let i = 0; i < this.#queue.length; i++) {
      const { command } = this.#queue.peekAt(i)!
      if (!all && this.#now - (command.sentAt ?? this.#now) < limitTicks) return
      if (command.isSettled) continue
      this.#stalled = true
      giveUp(command)
    }
  }

  #rest (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  // Whether bytes have been read since the last call.
  #hasRead (): boolean {
    if (this.#bytes === this.#read) return false
    this.#read = this.#bytes
    this.#heardAt = this.#now
    this.#stalled = false
    return true
  }

  get #bytes (): number { return this.#redis.stream?.bytesRead ?? 0 }

  get #queue (): Queue {
    return (this.#redis as unknown as { commandQueue: Queue }).commandQueue
  }
}

// The command stays in the queue of the client, which pairs answers with commands by their order.
function giveUp (command: Sent): void {
  let arrive!: (reply: unknown) => void
  const late = new Promise(resolve => {
    arrive = resolve
  })
  command.reject(new CommandTimeout(late))
  command.resolve = reply => {
    arrive(command.transformReply(reply as Buffer))
  }
  command.reject = () => {}
}
