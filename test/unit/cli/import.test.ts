import type { Redis } from 'ioredis'
import { test } from 'tap'
import { presque } from '../../support/server/command.ts'
import { dump, failing, place, progress } from '../../support/server/import.ts'
import { freePort } from '../../support/redis/redis.ts'

const later = 4_000_000_000

/**
 * What a layout holds after `fill` is to be found in presque: queue, waiting payloads, delayed
 * ones.
 */
interface Layout {
  from: string
  args?: string[]
  fill: (redis: Redis) => Promise<void>
  queue: string
  waiting: string[]
  delayed: Array<[string, number]>
  left: string[]
}

const mail = (n: number) => `{"class":"Mail", "args":[${n},12345678901234567890]}`
const resqueJobs = Array.from({ length: 250 }, (_, n) => mail(n % 5))
const sidekiqJob = (n: number) =>
  `{"class":"Mail","args":[${n}],"jid":"${String(n).padStart(24, '0')}",` +
  '"queue":"mail","retry":true}'

const layouts: Layout[] = [
  {
    from: 'resque',
    queue: 'mail',
    async fill (redis) {
      await redis.sadd('resque:queues', 'mail')
      await redis.rpush('resque:queue:mail', ...resqueJobs)
      for (const [n, time] of [
        [1, later + 5],
        [2, later],
        [2, later]
      ] as const) {
        const job = `{"class":"Mail","args":[${n}],"queue":"mail"}`
        await redis.rpush(`resque:delayed:${time}`, job)
        await redis.sadd(`resque:timestamps:${job}`, `delayed:${time}`)
        await redis.zadd('resque:delayed_queue_schedule', time, time)
      }
    },
    waiting: resqueJobs,
    delayed: [
      [2, later],
      [2, later],
      [1, later + 5]
    ].map(([n, time]) => [`{"class":"Mail","args":[${n}],"queue":"mail"}`, time!]),
    left: ['presque-import', 'resque:queues']
  },
  {
    from: 'sidekiq',
    queue: 'mail',
    async fill (redis) {
      await redis.sadd('queues', 'mail')
      for (let n = 0; n < 250; n++) await redis.lpush('queue:mail', sidekiqJob(n))
      await redis.zadd('schedule', later + 0.5, sidekiqJob(1001), later, sidekiqJob(1000))
    },
    waiting: Array.from({ length: 250 }, (_, n) => sidekiqJob(n)),
    delayed: [
      [sidekiqJob(1000), later],
      [sidekiqJob(1001), later + 0.5]
    ],
    left: ['queues']
  },
  {
    from: 'presque-2010',
    queue: 'mail',
    async fill (redis) {
      await redis.sadd('QUEUESET', 'mail:queue')
      for (let n = 1; n <= 252; n++) await redis.set(`mail:${n}`, `{ "n": ${n} }`)
      await redis.set('mail:UUID', 252)
      await redis.rpush('mail:queue', ...Array.from({ length: 250 }, (_, n) => `mail:${n + 1}`))
      await redis.zadd('mail:delayed', later + 1, 'mail:251', later, 'mail:252')
      await redis.hset('mail:uniq', 'ann', 'mail:3')
      await redis.hset('foo:mail:uniq_job', 'mail:3', 'ann')
    },
    waiting: Array.from({ length: 250 }, (_, n) => `{ "n": ${n + 1} }`),
    delayed: [
      ['{"n":252}', later],
      ['{"n":251}', later + 1]
    ],
    left: ['QUEUESET', 'mail:UUID']
  }
]

for (const { from, queue, fill, waiting, delayed, left } of layouts) {
  test(`${from}: a dry run tells what there is and touches nothing`, async t => {
    const { old, jobs, run } = await place(t)
    await fill(old)
    const before = await dump(old)
    const { code, out } = await run('--from', from)
    t.equal(code, 0)
    t.match(out, new RegExp(`${queue} +${waiting.length} +${delayed.length} +0 +0 `))
    t.strictSame(await jobs(queue), [])
    t.strictSame(await dump(old), before)
  })

  test(`${from}: all jobs arrive, in order and at their times; again adds nothing, ` +
    'and the source stays as it is', async t => {
    const place_ = await place(t)
    await fill(place_.old)
    const before = await dump(place_.old)
    for (let n = 0; n < 2; n++) {
      t.match(await place_.run('--from', from, '--apply'), { code: 0, err: progress })
      t.strictSame(await place_.jobs(queue), waiting)
      t.strictSame(await place_.delayed(queue), delayed)
    }
    t.strictSame(await dump(place_.old), before)
  })

  test(`${from}: broken off and repeated, with --remove, ` +
    'nothing is there twice and nothing is lost', async t => {
    const place_ = await place(t)
    await fill(place_.old)
    const away = await failing(t, place_.url, 130)
    t.match(await place_.run('--from', from, '--apply', '--remove', '--to', away), {
      code: 1,
      err: /broken off/
    })
    t.match(await place_.run('--from', from, '--apply', '--remove'), { code: 0, err: progress })
    t.strictSame(await place_.jobs(queue), waiting)
    t.strictSame(await place_.delayed(queue), delayed)
    t.strictSame((await place_.old.keys('*')).toSorted(), left)
  })
}

test('what cannot be moved is named and stays, and the rest is moved; ' +
  '--queue and --rename choose', async t => {
  const { old, jobs, run } = await place(t)
  await old.sadd('resque:queues', 'mail', 'bad name', 'other')
  await old.rpush(
    'resque:queue:mail',
    '[1]',
    mail(1),
    'no json',
    Buffer.from([0x7b, 0xff, 0x7d]),
    mail(2)
  )
  await old.rpush('resque:queue:bad name', mail(3))
  await old.rpush('resque:queue:other', mail(4))
  await old.rpush(
    'resque:failed',
    `{"failed_at":"x","payload":${mail(5)},"queue":"mail"}`,
    `{"payload":${mail(6)},"queue":"other"}`
  )
  const first = await run(
    '--from',
    'resque',
    '--apply',
    '--remove',
    '--queue',
    'mail',
    '--queue',
    'bad name',
    '--failed',
    '--rename',
    'mail=post'
  )
  t.equal(first.code, 3)
  t.equal(first.err.match(/cannot move/g)!.length, 4, first.err)
  t.match(first.err, /not UTF-8/)
  t.match(first.err, /'bad name' cannot be the name of a queue/)
  t.strictSame(await jobs('post'), [mail(1), mail(2), mail(5)])
  t.equal(await old.llen('resque:queue:mail'), 3)
  t.equal(await old.llen('resque:failed'), 1)
  t.equal(
    (
      await run(
        '--from',
        'resque',
        '--apply',
        '--remove',
        '--rename',
        'bad name=good',
        '--rename',
        'mail=post'
      )
    ).code,
    3
  )
  t.strictSame([await jobs('good'), await jobs('other')], [[mail(3)], [mail(4)]])
  t.strictSame(await jobs('post'), [mail(1), mail(2), mail(5)])
})

test('equal jobs of resque that come after a removal are new ones', async t => {
  const { old, jobs, run } = await place(t)
  for (let n = 1; n <= 2; n++) {
    await old.rpush('resque:queue:mail', mail(1), mail(1))
    t.equal((await run('--from', 'resque', '--queue', 'mail', '--apply', '--remove')).code, 0)
    t.equal((await jobs('mail')).length, 2 * n)
  }
})

test('Sidekiq: the retry set comes with --failed, with the tries that it has left, ' +
  'out of a namespace', async t => {
  const { old, url, delayed, run } = await place(t)
  const job = '{"class":"Mail","args":[],"jid":"a","queue":"mail","retry":5,"retry_count":1}'
  await old.zadd('app:retry', later, job)
  t.equal((await run('--from', 'sidekiq', '--prefix', 'app', '--apply')).code, 0)
  t.strictSame(await delayed('mail'), [])
  t.equal((await run('--from', 'sidekiq', '--prefix', 'app', '--apply', '--failed')).code, 0)
  t.strictSame(await delayed('mail'), [[job, later]])
  t.equal((await (await fetch(`${url}/j/mail/1`)).json()).tries, 4)
})

test('wrong arguments are exit code 2, a Redis or a presque that is away is ' +
  '1, help is 0', async t => {
  const importing = async (...args: string[]) => (await presque('', ['import', ...args])).code
  for (const args of [
    [],
    ['--from', 'celery', 'redis://x'],
    ['--from', 'resque'],
    ['--from', 'resque', '--remove', 'redis://x'],
    ['--from', 'resque', '--what', 'redis://x'],
    ['--from', 'resque', '--rename', 'a', 'redis://x'],
    ['--from', 'resque', 'redis+cluster://x:1'],
    ['--from', 'bullmq', '--payload', 'x', 'redis://x']
  ]) {
    t.equal(await importing(...args), 2, args.join(' '))
  }
  t.equal(await importing('--help'), 0)
  t.equal(await importing('--from', 'resque', `redis://127.0.0.1:${await freePort()}`), 1)
})

for (const from of ['resque', 'sidekiq', 'bullmq', 'presque-2010']) {
  test(`${from}: a Redis that is away is one sentence that says why, and exit code 1`, async t => {
    const away: Array<[string, string]> = [
      [`redis://ann:secret@127.0.0.1:${await freePort()}`, 'nothing listens there'],
      ['redis://no-such-host.invalid:6379', 'there is no such host|the name cannot be looked up'],
      ['unix:///no/such/redis.sock', 'there is no such socket']
    ]
    await Promise.all(
      away.map(async ([url, why]) => {
        for (const more of [[], ['--apply', '--remove']]) {
          const { code, err } = await presque('', ['import', '--from', from, ...more, url])
          t.equal(code, 1, url)
          const place = url.replace('ann:secret', '***')
          t.match(
            err,
            new RegExp(
              `^presque import: broken off: no Redis answers at ${place.replaceAll('*', '\\*')} ` +
                `\\((${why})\\)\\. [^\\n]+\\n$`
            )
          )
        }
      })
    )
  })
}
