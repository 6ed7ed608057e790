import { runInNewContext } from 'node:vm'
import { test, type Test } from 'tap'
import {
  JobError,
  Presque,
  Worker,
  type Delivery,
  type WorkerOptions
} from '../../../client/client.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'

/** What a worker hears of failures; it outlives each of them. */
async function working (t: Test, handler: () => unknown, options: WorkerOptions = {}) {
  const { url } = await listen(t)
  const presque = new Presque(url)
  const heard: Array<[unknown, Delivery]> = []
  let act = handler
  const worker = new Worker(presque, 'mail', () => act(), {
    onError: (error, job) => {
      heard.push([error, job])
    },
    ...options
  })
  t.teardown(() => worker.close())
  /** The job whose handler does that, once it is no longer with the worker. */
  const after = async (handler: () => unknown, tries = 1) => {
    act = handler
    const { id } = await presque.push('mail', {}, { tries, keep: 60 })
    const job = async () => await presque.job('mail', id)
    await until('it has ended', async () => !['waiting', 'active'].includes((await job()).state))
    return await job()
  }
  return { presque, heard, after }
}

/** What the console is told of errors meanwhile. */
function errorsOf (t: Test): unknown[][] {
  const said: unknown[][] = []
  const before = console.error
  console.error = (...words) => {
    said.push(words)
  }
  t.teardown(() => {
    console.error = before
  })
  return said
}

function proxy (what: object): object {
  const refuse = () => {
    throw new Error('not to be looked at')
  }
  return new Proxy(what, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse })
}

function revoked (): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const getter = (name: string): object =>
  Object.defineProperty(new Error('plain'), name, {
    get () {
      throw new Error('not to be read')
    }
  })

const thrown: Array<[string, unknown, object]> = [
  ['undefined', undefined, { type: 'undefined', message: 'undefined' }],
  ['null', null, { type: 'null', message: 'null' }],
  ['a symbol', Symbol('odd'), { type: 'symbol', message: 'Symbol(odd)' }],
  ['a BigInt', 12n, { type: 'bigint', message: '12' }],
  ['a function', () => {}, { type: 'function' }],
  ['an object', { code: 7 }, { type: 'object', message: '{"code":7}' }],
  ['an object without a prototype', Object.create(null), { type: 'object', message: '{}' }],
  [
    'an object that is no JSON and no text',
    Object.assign(Object.create(null), { n: 1n }),
    { type: 'object', message: 'something that cannot be read: object' }
  ],
  ['a proxy that throws', proxy({}), { type: 'object', message: /cannot be read/ }],
  [
    'a proxy of an error that throws',
    proxy(new Error('hidden')),
    { type: 'object', message: /cannot be read/ }
  ],
  ['a proxy that is revoked', revoked(), { type: 'object', message: /cannot be read/ }],
  [
    'an error whose name is a number',
    Object.assign(new Error('numbered'), { name: 42 }),
    { type: '42', message: 'numbered' }
  ],
  [
    'an error whose name is a symbol',
    Object.assign(new Error('named'), { name: Symbol('x') }),
    { type: 'Symbol(x)', message: 'named' }
  ],
  [
    'an error whose message is an object',
    Object.assign(new Error('x'), { message: { deep: true } }),
    { message: '{"deep":true}' }
  ],
  [
    'an error whose stack is a number',
    Object.assign(new Error('stacked'), { stack: 5 }),
    { message: 'stacked', backtrace: '5' }
  ],
  ['an error whose stack throws', getter('stack'), { message: 'plain' }],
  ['an error whose message throws', getter('message'), { type: 'Error' }],
  [
    'an error of another realm',
    runInNewContext('new RangeError("far away")'),
    { type: 'RangeError', message: 'far away' }
  ]
]

test('whatever a handler throws, its job fails with that, and the worker goes on', async t => {
  const { after, heard } = await working(t, () => {})
  for (const [what, value, told] of thrown) {
    const { state, last_error: error } = await after(() => {
      throw value
    })
    t.equal(state, 'failed', what)
    t.match(error, told, what)
  }
  t.equal(heard.length, thrown.length)
  t.match(await after(() => 'well'), { state: 'completed', result: 'well' })
})

test('a result that is no JSON, or cannot be read, is a failure of its job', async t => {
  const { after } = await working(t, () => {})
  const circle: Record<string, unknown> = {}
  circle['itself'] = circle
  const results: Array<[() => unknown, RegExp]> = [
    [() => 1n, /BigInt/],
    [() => circle, /circular/],
    [() => getter('then'), /not to be read/],
    [
      () => ({
        then () {
          throw new Error('a bad thenable')
        }
      }),
      /a bad thenable/
    ],
    [
      () => ({
        toJSON () {
          throw new Error('a bad toJSON')
        }
      }),
      /a bad toJSON/
    ],
    [() => proxy({}), /not to be looked at/],
    [
      async () => {
        throw new Error('later')
      },
      /later/
    ]
  ]
  for (const [handler, message] of results) {
    t.match(await after(handler), { state: 'failed', last_error: { message } })
  }
  let reads = 0
  const changing = {
    get n () {
      if (reads++ > 0) throw new Error('read twice')
      return 1
    }
  }
  t.match(await after(() => changing), { state: 'completed', result: { n: 1 } })
  for (const result of [() => Symbol('none'), () => () => {}, () => undefined]) {
    t.match(await after(result), { state: 'completed', result: null })
  }
})

test('a result or an error that presque refuses fails the job with its sentence', async t => {
  const { after, heard } = await working(t, () => {})
  const long = 'x'.repeat(2_000_000)
  t.match(await after(() => long, 3), {
    state: 'failed',
    attempt: 1,
    last_error: {
      type: 'refused',
      message:
        /^presque does not take the result of this job: the body is larger than 1048576 bytes$/
    }
  })
  t.match(heard.at(-1), [{ message: /does not take the result/ }, { queue: 'mail', id: '1' }])
  t.match(
    await after(() => {
      throw new JobError('no', { delay: -1 })
    }, 3),
    {
      state: 'failed',
      attempt: 1,
      last_error: { message: /does not take the failure.*delay must be/ }
    }
  )
  t.match(
    await after(() => {
      throw new JobError('no', { delay: 1n as unknown as number })
    }, 3),
    { state: 'failed', attempt: 1, last_error: { message: /does not take the failure.*BigInt/ } }
  )
  t.match(
    await after(() => {
      throw new Error(long)
    }, 3),
    { state: 'delayed', attempt: 1, last_error: { type: 'Error', message: long.slice(0, 16_000) } },
    'a long message is cut'
  )
  t.match(
    await after(() => {
      throw new Error('\0'.repeat(2_000_000))
    }, 3),
    { state: 'delayed' }
  )
  t.match(await after(() => 'well'), { state: 'completed' })
})

test('among results that are told together, the one that is refused fails alone', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  for (let n = 0; n < 40; n++) await presque.push('many', { n }, { keep: 60 })
  const worker = new Worker(
    presque,
    'many',
    ({ payload }) => (payload.n % 10 === 3 ? 'x'.repeat(1_100_000) : payload.n),
    { concurrency: 20, onError: () => {} }
  )
  await until(
    'all have ended',
    async () =>
      (await presque.status('many')).counts.completed +
        (await presque.status('many')).counts.failed ===
      40
  )
  t.match((await presque.status('many')).counts, { completed: 36, failed: 4 })
  await worker.close()
})

test('what hears of failures may fail itself', async t => {
  const said = errorsOf(t)
  for (const onError of [
    () => {
      throw new Error('a bad listener')
    },
    async () => {
      throw new Error('a bad listener')
    }
  ]) {
    const { after } = await working(t, () => {}, { onError })
    t.match(
      await after(() => {
        throw new Error('bad')
      }),
      { state: 'failed' }
    )
    t.match(await after(() => 1), { state: 'completed' })
  }
  t.match(said, [
    ['presque: job 1 of mail:', { message: 'a bad listener' }],
    ['presque: job 1 of mail:', { message: 'a bad listener' }]
  ])
})

test('a failure is told on the console, with queue and job, unless onError is given', async t => {
  const said = errorsOf(t)
  const { url } = await listen(t)
  const presque = new Presque(url)
  const worker = new Worker(presque, 'mail', ({ payload }) => {
    throw payload.odd ? proxy(new Error('odd')) : new RangeError('too far')
  })
  await presque.push('mail', {})
  await presque.push('mail', { odd: true })
  await until('both are told', () => said.length === 2)
  t.match(said, [['presque: job 1 of mail:', { message: 'too far' }], [/^presque: job 2 of mail:/]])
  await worker.close()
})

test('progress that is not awaited does not end the process when the job is gone', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  let reason: unknown
  const worker = new Worker(presque, 'mail', async ({ id }, { progress, signal }) => {
    await presque.cancel('mail', id)
    void progress(1)
    await until('it has heard', () => signal.aborted)
    reason = signal.reason
  })
  await presque.push('mail', {})
  await until('it has ended', () => reason !== undefined)
  t.match(reason, { status: 404 })
  await worker.close()
})
