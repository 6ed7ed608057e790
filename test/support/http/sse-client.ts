import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Ending } from '../redis/redis.ts'
import { until } from '../until.ts'

export interface Told {
  event: string
  id: string
  data: string
}

/** A client that reads Server-Sent Events as WHATWG HTML says, and can stop reading. */
export class Ear {
  readonly told: Told[] = []
  /** Of the last event that had one. */
  lastId = ''
  retry = NaN
  over = false
  readonly response: IncomingMessage
  #rest = ''

  constructor (response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', text => this.#read(text))
    response.on('error', () => {})
    response.on('close', () => {
      this.over = true
    })
  }

  /** What each was, and of which job. */
  get brief (): string[] {
    return this.told.map(({ event, data }) => {
      const { queue, id, state } = JSON.parse(data)
      return [event, queue, id, state].filter(word => word !== undefined).join(' ')
    })
  }

  /** The jobs, as they came. */
  get jobs (): Array<{
    queue: string
    id: string
    receipt: string
    attempt: number
    payload: unknown
  }> {
    return this.told.filter(({ event }) => event === 'job').map(({ data }) => JSON.parse(data))
  }

  /** Resolves when that number of events has come. */
  async hears (count: number, limit?: number): Promise<void> {
    await until(`${count} events have come`, () => this.told.length >= count || this.over, limit)
  }

  async ends (): Promise<void> {
    await until('the stream ends', () => this.over)
  }

  async leave (): Promise<void> {
    this.response.destroy()
    if (!this.over) await once(this.response, 'close')
  }

  #read (text: string): void {
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop()!
    for (const block of blocks) this.#take(block.split('\n'))
  }

  #take (lines: string[]): void {
    const fields = lines
      .filter(line => line[0] !== ':')
      .map(line => /^(\w+)(?:: ?(.*))?$/s.exec(line)!.slice(1) as [string, string?])
    const all = (name: string) =>
      fields.filter(([field]) => field === name).map(([, value = '']) => value)
    this.lastId = all('id').at(-1) ?? this.lastId
    this.retry = Number(all('retry').at(-1) ?? this.retry)
    const data = all('data')
    if (data.length > 0) {
      this.told.push({
        event: all('event').at(-1) ?? 'message',
        id: this.lastId,
        data: data.join('\n')
      })
    }
  }
}

/** Listens there, and is gone with the test. Resolves once the answer has begun. */
export async function listenAt (
  t: Ending,
  url: string,
  lastId?: string,
  more: Record<string, string> = {}
): Promise<Ear> {
  const headers = {
    accept: 'text/event-stream',
    ...more,
    ...(lastId !== undefined && { 'last-event-id': lastId })
  }
  const [response] = (await once(get(url, { headers, agent: false }), 'response')) as [
    IncomingMessage
  ]
  const ear = new Ear(response)
  t.teardown(() => {
    response.destroy()
  })
  await until(
    'it has begun',
    () => !Number.isNaN(ear.retry) || ear.told.length > 0 || response.statusCode !== 200
  )
  return ear
}
