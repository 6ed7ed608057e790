import type { Static } from '@sinclair/typebox'
import { test } from 'tap'
import { Presque } from '../../../client/client.ts'
import type * as Client from '../../../client/schema.ts'
import type { PushBatch } from '../../../schemas/batch.ts'
import type { Nack, Touch } from '../../../schemas/delivery.ts'
import type { Job } from '../../../schemas/job.ts'
import type { Push } from '../../../schemas/queue.ts'
import type { ScheduleAhead, SetSchedule } from '../../../schemas/schedule.ts'
import type { Status } from '../../../schemas/status.ts'
import { operations } from '../../support/http/openapi-document.ts'
import { listen } from '../../support/server/app.ts'

// Refused by the type check, which `npm test` runs, when a name or a type of the server is another
// one than the client's.
type Fits<From extends To, To> = [From, To]
type Same<A extends string, B extends A> = [A, B]
type Own = 'signal' | 'idempotencyKey'
// A list in a program is text with commas in a URL.
type Listed<Options> = Omit<Options, Own | 'depends' | 'tags' | 'maxLost'> & {
  depends?: string
  tags?: string
  max_lost?: number | 'null'
}
type Renamed = Omit<Listed<Client.PushOptions>, 'onDuplicate'> & {
  on_duplicate?: Exclude<Client.PushOptions['onDuplicate'], undefined>
}
type Wanted = Static<typeof SetSchedule.body>
// The server's own type does not tell which of them is text.
type Nullable = 'next_at' | 'last_at' | 'last_job' | 'last_error'
export type Checked = [
  Same<keyof Static<typeof Push.querystring>, keyof Renamed>,
  Same<keyof Renamed, keyof Static<typeof Push.querystring>>,
  Fits<Renamed, Static<typeof Push.querystring>>,
  Fits<Listed<Client.PushManyOptions>, Static<typeof PushBatch.querystring>>,
  Fits<Client.Failure, NonNullable<Static<typeof Nack.body>>>,
  Fits<Client.Keep, NonNullable<Static<typeof Touch.body>>>,
  Fits<Static<(typeof Nack.response)[200]>, Client.Verdict>,
  Same<keyof Static<typeof Job>, keyof Client.Job>,
  Same<keyof Client.Job, keyof Static<typeof Job>>,
  Fits<Client.Schedule, Wanted>,
  Fits<Wanted, Omit<Client.Schedule, 'payload'>>,
  Same<keyof Wanted, keyof Client.Schedule>,
  Same<keyof Client.Schedule, keyof Wanted>,
  Fits<Omit<Static<typeof ScheduleAhead>, Nullable>, Omit<Client.Scheduled, Nullable>>,
  Same<keyof Static<typeof ScheduleAhead>, keyof Client.Scheduled>,
  Same<keyof Client.Scheduled, keyof Static<typeof ScheduleAhead>>,
  Same<Static<typeof Job>['state'], Client.State>,
  Same<Client.State, Static<typeof Job>['state']>,
  Fits<
    Pick<Static<typeof Status>, 'counts' | 'workers' | 'oldest_age'>,
    Pick<Client.Status, 'counts' | 'workers' | 'oldest_age'>
  >
]

test(
  'everything the client asks is in the OpenAPI document, ' + 'parameters and answers as well',
  async t => {
    const { app, url } = await listen(t)
    const known = operations(app)
    const presque = new Presque({
      url,
      async fetch (where, init) {
        const { pathname, searchParams } = new URL(where.toString())
        const answer = await fetch(where, init)
        const path = pathname
          .replace(/^(\/\w+)\/mail/, '$1/{queue}')
          .replace(/\/\d+/, '/{id}')
          .replace('/nightly', '/{name}')
        const operation = known.find(({ name }) => name === `${init!.method} ${path}`)
        t.ok(operation?.responses[answer.status], `${init!.method} ${path} ${answer.status}`)
        const names = (operation!.parameters ?? []).map(({ name }) => name)
        t.strictSame(
          [...searchParams.keys()].filter(name => !names.includes(name)),
          [],
          `the parameters of ${path}`
        )
        return answer
      }
    })
    const { id } = await presque.push(
      'mail',
      {},
      {
        priority: 1,
        tries: 3,
        maxLost: null,
        ttl: 60,
        keep: 60,
        tags: ['a', 'b'],
        uniq: 'a',
        onDuplicate: 'ignore',
        delay: 0
      }
    )
    await presque.pushMany('mail', [{}, {}], { priority: 2, maxLost: 5, depends: [id] })
    const job = await presque.take('mail', { lease: 30, wait: 1, worker: 'w1' })
    await presque.touch(job!, { lease: 60, progress: 1 })
    const next = await presque.ack(
      job!,
      { done: true },
      { next: { lease: 30, wait: 1, worker: 'w1' } }
    )
    await presque.nack(next!, {
      error: { type: 'a', message: 'b', backtrace: 'c' },
      delay: 600,
      retry: true
    })
    const [last] = await presque.takeMany('mail', { lease: 30, count: 5, wait: 1, worker: 'w1' })
    await presque.release(last!, { delay: 600 })
    t.match(await presque.job('mail', id, { wait: 1 }), { state: 'completed' })
    await presque.policy('mail', { lease: 10, tries: null })
    await presque.stop('mail', { for: 600 })
    await presque.start('mail')
    await presque.status('mail')
    await presque.status()
    t.match(await presque.why('mail', last!.id), { state: 'delayed', reason: 'not_due' })
    await presque.retry('mail', last!.id)
    t.match(await presque.jobs('mail', 'delayed', { offset: 0, limit: 5 }), {
      jobs: [{ queue: 'mail' }]
    })
    t.equal(await presque.retryAll('mail', 'delayed', { limit: 5 }), 1)
    const [done] = await presque.takeMany('mail', { lease: 30, count: 1 })
    t.strictSame(await presque.ackMany([{ job: done!, result: 1 }]), [null])
    t.match(await presque.ackMany([{ job: { ...done!, receipt: '1-0' } }]), [
      { status: 404, message: 'no such job' }
    ])
    await presque.cancel('mail', last!.id).catch(() => {})
    t.equal(await presque.cancelAll('mail', 'completed', { limit: 5 }), 1)
    await presque.purge('mail')
    const nightly = {
      queue: 'mail',
      cron: '30 4 * * *',
      tz: 'Europe/Berlin',
      overlap: 'skip',
      catchup: 'one',
      priority: 1,
      tries: 3,
      ttl: 60,
      keep: 60,
      payload: { to: 'ann' }
    } as const
    t.match(await presque.schedule('nightly', nightly), { name: 'nightly', ...nightly })
    t.match(await presque.schedules('nightly'), { fired: 0, last_error: null })
    t.match(await presque.schedules({ offset: 0, limit: 5 }), { size: 1, schedules: [nightly] })
    await presque.unschedule('nightly')
  }
)
