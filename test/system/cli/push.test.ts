import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { presque } from '../../support/server/command.ts'
import { place } from '../../support/redis/private-redis.ts'
import { listen } from '../../support/server/app.ts'

const odd = '{ "n": 12345678901234567890,  "a":1.0, "a":"\\u00e9", "__proto__":{} }'

test('a payload goes in and comes out byte for byte, however it is given', async t => {
  const { url } = await listen(t)
  const file = join(place(t), 'job.json')
  writeFileSync(file, `${odd}\n`)
  for (const [job, input] of [
    [odd, ''],
    ['-', `${odd}\n`],
    [`@${file}`, '']
  ] as const) {
    t.strictSame(await presque(url, ['push', 'mail', job], { input }), {
      code: 0,
      out: `{"queue":"mail","id":"${job === odd ? 1 : job === '-' ? 2 : 3}"}\n`,
      err: ''
    })
    t.strictSame(await presque(url, ['pop', 'mail']), { code: 0, out: `${odd}\n`, err: '' })
  }
  await presque(url, ['push', 'mail'], { input: '{\n  "pretty": [1,\n2]\n}' })
  t.match(
    await presque(url, ['jobs', 'mail']),
    { out: /^\{.*"payload":\{ {3}"pretty": \[1, 2\] \}\}\n$/ },
    'in a list a job is one line'
  )
  t.equal((await presque(url, ['pop', 'empty', 'mail'])).out, '{\n  "pretty": [1,\n2]\n}\n')
})

test('what a push says reaches the job', async t => {
  const { url } = await listen(t)
  t.equal(
    (
      await presque(url, [
        'push',
        'mail',
        '{}',
        '--delay',
        '60',
        '--priority',
        '1',
        '--tries',
        '3',
        '--uniq',
        '007',
        '--keep',
        '60'
      ])
    ).code,
    0
  )
  t.match(JSON.parse((await presque(url, ['job', 'mail', '1'])).out), {
    state: 'delayed',
    priority: 1,
    tries: 3
  })
  t.match(await presque(url, ['push', 'mail', '{}', '--uniq', '007']), {
    code: 1,
    err: 'presque: job already exists\n'
  })
  t.match(await presque(url, ['push', 'mail', '{}', '--uniq', '007', '--on-duplicate', 'ignore']), {
    code: 0,
    out: '{"queue":"mail","id":"1","duplicate":true}\n'
  })
  const keyed = ['push', 'mail', '{}', '--idempotency-key', 'k']
  t.equal((await presque(url, keyed)).out, (await presque(url, keyed)).out)
})

test('a push that waits prints the result as it was written, ' +
  'and says when there is none', async t => {
  const { url } = await listen(t)
  const waiting = presque(url, ['push', 'sum', '{}', '--wait', '30'])
  const { id, receipt } = JSON.parse(
    (await presque(url, ['pop', 'sum', '--lease', '30', '--wait', '30', '--json'])).out
  )
  t.equal((await presque(url, ['ack', 'sum', id, receipt, '{"sum": 3.0}'])).code, 0)
  t.strictSame(await waiting, { code: 0, out: '{"sum": 3.0}\n', err: '' })
  t.match(await presque(url, ['push', 'sum', '{}', '--wait', '0.05']), {
    code: 3,
    err: /^presque: job 2 has not finished yet: 'presque job sum 2 --wait 60' waits on\n$/
  })
  const failing = presque(url, ['push', 'div', '{}', '--wait', '30'])
  const taken = JSON.parse(
    (await presque(url, ['pop', 'div', '--lease', '30', '--wait', '30', '--json'])).out
  )
  t.match(await presque(url, ['nack', 'div', taken.id, taken.receipt, 'by zero', '--final']), {
    out: /"state":"failed"/
  })
  t.strictSame(await failing, { code: 1, out: '', err: 'presque: the job failed: by zero\n' })
})

test('lines go in as they are, in order; of a file with a bad line, nothing does', async t => {
  const { url } = await listen(t)
  const lines = Array.from({ length: 1201 }, (_, n) => `{ "n":${n}, "big":12345678901234567890 }`)
  t.match(
    await presque(url, ['push', 'mail', '--ndjson'], {
      input: [
        `${lines.slice(0, 600).join('\n').slice(0, 1003)}`,
        `${lines.join('\n').slice(1003)}\n\n`
      ]
    }),
    { code: 0, out: '{"queue":"mail","pushed":1201}\n', err: '' }
  )
  const { jobs } = (await (await fetch(`${url}/status/mail?with_desc=1&offset=700`)).json()) as {
    jobs: string[]
  }
  t.strictSame(jobs, lines.slice(700))
  const file = join(place(t), 'jobs.ndjson')
  writeFileSync(file, [...lines, '[1]'].join('\n'))
  t.strictSame(await presque(url, ['push', 'bad', '--ndjson', `@${file}`]), {
    code: 2,
    out: '',
    err: 'presque: line 1202: a job must be a JSON object\n'
  })
  t.match(await presque(url, ['push', 'bad', '--ndjson'], { input: [...lines, '{'].join('\n') }), {
    code: 2,
    err: /^presque: line 1202: this is not valid JSON: .*; the 1000 jobs before that are in bad\n$/
  })
  t.match(
    await presque(url, ['push', 'bad', '--ndjson'], { input: Buffer.from([0x7b, 0xff, 0x7d]) }),
    { code: 2, err: /^presque: line 1: a job must be UTF-8/ }
  )
  t.match(await presque(url, ['push', 'bad', '--ndjson', '--uniq', 'a'], { input: '' }), {
    code: 2
  })
  const keyed = () =>
    presque(url, ['push', 'once', '--ndjson', '--idempotency-key', 'k'], {
      input: '{"n":1}\n{"n":2}\n'
    })
  await keyed()
  t.equal((await keyed()).code, 0)
  t.match(
    await (await fetch(`${url}/status/once`)).json(),
    { size: 2 },
    'with a key it can be repeated'
  )
})
