import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { test, type Test } from 'tap'
import { Presque, connections, type Answer, type Ask } from '../../support/server/processes.ts'
import { ask as askRedis, isAlive } from '../../support/redis/private-redis.ts'
import { until } from '../../support/until.ts'

test('several processes share a port, a private Redis and its counters, ' +
  'and wake each other', async t => {
  const presque = await new Presque(t, { PRESQUE_PROCESSES: '3', LOG_LEVEL: 'debug' }).serves()
  t.match(presque.said, /serving +http:\/\/127\.0\.0\.1:\d+ \(3 processes\)/)
  t.match(presque.said, `jobs are in ${presque.folder} (a private Redis)`)
  const all = await connections(t, presque, 3)
  t.strictSame([...all.keys()].toSorted(), presque.pids().toSorted(), 'each has its share')
  t.notOk(all.has(presque.first.pid!), 'the first has none')
  const requests = presque.log
    .filter(({ msg }) => msg === 'incoming request')
    .map(({ reqId }) => reqId)
  t.ok(
    requests.every(reqId => /^[\w-]{8}-\w+$/.test(reqId ?? '')),
    'a line about a request says its id'
  )
  t.equal(new Set(requests).size, requests.length, 'which no other process gives out')

  const asks = [...all.values()]
  t.equal((await asks[0]!('POST /w/mail?worker_id=w1')).status, 201)
  const pushed = await Promise.all(
    asks.flatMap((ask, n) =>
      Array.from({ length: 20 }, async () => await ask('POST /q/mail', `{"n":${n}}`))
    )
  )
  t.ok(pushed.every(({ status }) => status === 201))
  t.match(await asks[0]!('GET /status/mail'), { body: /"size":60/ })
  const taken = await Promise.all(
    asks.flatMap(ask =>
      Array.from({ length: 15 }, async () => await ask('GET /q/mail?worker_id=w1'))
    )
  )
  t.ok(taken.every(({ status }) => status === 200))
  for (const ask of asks) {
    t.match(JSON.parse((await ask('GET /status/mail')).body), { size: 15, processed: 45 })
    t.strictSame(JSON.parse((await ask('GET /j/mail')).body), {
      queue_name: 'mail',
      job_count: 15,
      job_failed: 0,
      job_processed: 45
    })
    t.match(JSON.parse((await ask('GET /w/?worker_id=w1')).body), { processed: '45' })
  }

  const [here, there] = asks
  const parked = here!('GET /q/news?lease=30&wait=60')
  await waitsIn(presque, 'news', 1)
  t.equal((await there!('POST /q/news', '{"n":1}')).status, 201)
  t.match(await parked, { status: 200, body: '{"n":1}' })
  for (const pid of presque.pids()) process.kill(pid, 'SIGINT')
  t.equal(await presque.end('SIGINT'), 0, 'as Ctrl-C in a terminal does: to all of them')
})

/** Resolves when requests are parked at that number of processes. */
async function waitsIn (presque: Presque, queue: string, count: number): Promise<void> {
  const key = `presque:{${queue}}:waiters`
  await until(`${count} wait`, async () => (await askRedis(presque.socket, 'ZCARD', key)) === count)
}

test('a process that is killed is replaced; what others do goes on, ' +
  'and no job on lease is lost', async t => {
  const presque = await new Presque(t, { LOG_LEVEL: 'debug' }).serves()
  const both = await connections(t, presque, 2)
  const [[victim, broken], [, whole]] = [...both] as [[number, Ask], [number, Ask]]
  for (let n = 0; n < 20; n++) await whole('POST /q/mail', `{"n":${n}}`)
  const leased = await Promise.all(
    Array.from({ length: 5 }, async () => await broken('GET /q/mail?lease=1'))
  )
  t.ok(leased.every(({ status }) => status === 200))

  const odd: Answer[] = []
  const over = new AbortController()
  const traffic = (async () => {
    while (!over.signal.aborted) {
      const answer = await whole('POST /q/other', '{}')
      if (answer.status !== 201) odd.push(answer)
    }
  })()
  process.kill(victim, 'SIGKILL')
  const [line] = await presque.logs(/^process \d+ ended/)
  t.match(line, {
    pid: presque.first.pid,
    msg: `process ${victim} ended (SIGKILL); starting another`
  })
  await until(
    'another listens',
    () => presque.log.some(({ msg, pid }) => /^listening/.test(msg ?? '') && !both.has(pid)),
    60_000
  )
  over.abort()
  await traffic
  t.strictSame(odd, [], 'the other process did not notice')

  const found = new Set<number>()
  await until(
    'all jobs came',
    async () => {
      const { status, body } = await whole('GET /q/mail?lease=60&wait=2')
      if (status === 200) found.add(JSON.parse(body).n)
      return found.size === 20
    },
    60_000
  )
  const fresh = await connections(t, presque, 2)
  t.notOk(fresh.has(victim))
  t.equal(presque.pids().length, 2)
  await killNewest(t, presque, 4)
})

async function killNewest (t: Test, presque: Presque, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const listening = await presque.logs(/^listening/, 3 + n)
    process.kill(listening.at(-1)!.pid, 'SIGKILL')
  }
  const ended = await presque.logs(/^process \d+ ended/, times + 1)
  const pauses = ended.map(({ msg }) => Number(/ in (\d+) ms$/.exec(msg!)?.[1] ?? 0))
  t.equal(pauses[0], 0, 'at once')
  t.ok(pauses[2]! >= 100, 'after a pause if the one before died young')
  t.strictSame(
    pauses.slice(3),
    pauses.slice(2, -1).map(ms => 2 * ms),
    'each twice as long'
  )
}

test('SIGTERM drains all processes: who waits gets a 404, and nothing is left over', async t => {
  const presque = await new Presque(t, { LOG_LEVEL: 'debug' }).serves()
  const asks = [...(await connections(t, presque, 2)).values()]
  process.kill(presque.redis(), 'SIGKILL')
  await presque.logs(/^the private redis in .* is back/)
  for (const ask of asks) {
    await until('it serves again', async () => (await ask('POST /q/other', '{}')).status === 201)
  }

  const parked = asks.map(async ask => await ask('GET /q/mail?wait=60'))
  await waitsIn(presque, 'mail', 2)
  t.equal(await presque.end('SIGTERM'), 0)
  for (const answer of await Promise.all(parked)) {
    t.match(answer, { status: 404, body: '{"error":"no job"}' })
  }
  t.notOk(existsSync(presque.socket))
})

for (const count of ['1', '2']) {
  test(`SIGTERM as ${count} of them begins to listen ends it as at any other time`, async t => {
    const presque = new Presque(t, { PRESQUE_PROCESSES: count, LOG_LEVEL: 'info' })
    await presque.logs(/^listening at/)
    await presque.end('SIGTERM')
    t.strictSame([presque.first.exitCode, presque.first.signalCode], [0, null])
  })
}

test('a first process that is killed leaves no other behind, and no Redis', async t => {
  const presque = await new Presque(t).serves()
  const all = [...presque.pids(), presque.redis()]
  t.equal(all.length, 3)
  t.equal(await presque.end('SIGKILL'), 'SIGKILL')
  t.notOk(all.some(isAlive))
})

test('a start that fails says so once, and ends with 1', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const PORT = String((server.address() as AddressInfo).port)
  await Promise.all([
    fails(
      t,
      { PORT },
      `presque: port ${PORT} of 127.0.0.1 is taken by another program; ` +
        'give another with PORT=5001\n'
    ),
    fails(
      t,
      { PRESQUE_PROCESSES: 'many' },
      "presque: PRESQUE_PROCESSES must be one of 1..64, auto; it is 'many'\n"
    ),
    ...['0.0.0.0', '::'].map(
      async HOST =>
        await fails(
          t,
          { HOST },
          /^presque: HOST is \S+, and anybody who reaches it could take jobs: .*\n$/
        )
    ),
    fails(t, { PATH: '' }, /^presque: there is no redis-server and no valkey-server here: .*\n$/)
  ])
})

async function fails (
  t: Test,
  environment: Record<string, string>,
  sentence: string | RegExp
): Promise<void> {
  const presque = new Presque(t, { LOG_LEVEL: 'silent', ...environment })
  const [code] = await once(presque.first, 'close')
  t.equal(code, 1)
  t.match(presque.said, sentence)
  t.equal(presque.said.trim().split('\n').length, 1, presque.said)
}

test('/metrics tells what all processes have done, whichever is asked, ' +
  'and a process that dies takes nothing back', async t => {
  const presque = await new Presque(t, { LOG_LEVEL: 'debug' }).serves()
  const [[pid, ask], [, other]] = [...(await connections(t, presque, 2))] as [
    [number, Ask],
    [number, Ask]
  ]
  for (const one of [ask, ask, other]) await one('POST /q/mail', '{}')
  const told = async (one: Ask) => {
    const { body } = await one('GET /metrics')
    return [
      'presque_jobs_pushed_total{queue="mail"}',
      'presque_queue_jobs{queue="mail",state="waiting"}'
    ].map(series => Number(body.split(`\n${series} `)[1]?.split('\n')[0]))
  }
  t.strictSame(await told(ask), [3, 3])
  t.strictSame(await told(other), [3, 3])
  process.kill(pid, 'SIGKILL')
  await presque.logs(/ended \(SIGKILL\)/)
  t.strictSame(await told(other), [3, 3])
  await until('another counts as well', async () => {
    const [ask] = [...(await connections(t, presque, 2))]
      .filter(([one]) => one !== pid)
      .map(([, ask]) => ask)
    await ask!('POST /q/mail', '{}')
    const [pushed, waiting] = await told(ask!)
    return pushed === waiting && pushed! > 3
  })
})
