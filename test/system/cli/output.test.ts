import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { test } from 'tap'
import { main } from '../../../cli/main.ts'
import { commands } from '../../../cli/commands.ts'
import { ear, presque } from '../../support/server/command.ts'
import { place } from '../../support/redis/private-redis.ts'
import { freePort } from '../../support/redis/redis.ts'
import { shipped } from '../../support/server/built.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'

const program = shipped('cli/presque.js')

/** `presque` in this process, with an output that refuses all writes. */
async function broken (
  url: string,
  code: string,
  args: string[]
): Promise<{ code: number; err: string }> {
  const output = new Writable({
    write (_piece, _encoding, done) {
      done(Object.assign(new Error('write failed'), { code }))
    }
  })
  const errors = ear()
  const io = {
    env: { ...process.env, PRESQUE_URL: url, PRESQUE_TOKEN: '' },
    input: process.stdin,
    output,
    errors
  }
  return { code: await main(args, io), err: errors.text }
}

/**
 * A line of bash, which the server of this process may be asked by: how it ended, and what it said
 * on stderr.
 */
async function bash (
  line: string,
  env: NodeJS.ProcessEnv
): Promise<{ status: number | null; stderr: string }> {
  return await new Promise(resolve => {
    execFile('bash', ['-c', line], { env, timeout: 30_000 }, (error, _, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), stderr })
    )
  })
}

const counts = async (url: string, queue: string) =>
  ((await (await fetch(`${url}/status/${queue}`)).json()) as { counts: Record<string, number> })
    .counts

test('what cannot be written is an error of every command, ' +
  'and a reader that has gone is none', async t => {
  const { url } = await listen(t)
  for (let n = 0; n < 4; n++) await presque(url, ['push', 'mail', `{"n":${n}}`])
  const file = join(place(t), 'tokens.json')
  const lines: Record<string, (n: number) => string[]> = {
    push: () => ['mail', '{}'],
    pop: () => ['mail'],
    status: () => [],
    jobs: () => ['mail'],
    job: () => ['mail', '1'],
    why: () => ['mail', '1'],
    retry: () => ['mail', '--all'],
    cancel: n => ['mail', `${n + 3}`],
    stop: () => ['mail'],
    start: () => ['mail'],
    policy: () => ['mail'],
    schedule: () => ['set', 'often', '--queue', 'mail', '--every', '3600'],
    top: () => [],
    errors: () => ['--help'],
    operations: () => ['--help'],
    latency: () => ['--help'],
    forecast: () => [],
    audit: () => [],
    doctor: () => [],
    token: n => ['--name', `a${n}`, '--roles', 'read', '--file', file],
    import: () => ['--help']
  }
  for (const [name, args] of Object.entries(lines)) {
    t.strictSame(
      await broken(url, 'ENOSPC', [name, ...args(0)]),
      {
        code: 1,
        err: 'presque: the output cannot be written: there is no space left on the device\n'
      },
      name
    )
    t.strictSame(
      await broken(url, 'EPIPE', [name, ...args(1)]),
      { code: 0, err: '' },
      `${name}: a reader that has gone`
    )
  }
  for (const args of [['--help'], ['push', '--help'], ['--version'], ['completion']]) {
    t.match(
      await broken(url, 'EIO', args),
      { code: 1, err: /cannot be written: the device failed/ },
      args.join(' ')
    )
  }
  t.strictSame(
    Object.keys(commands).filter(name => !(name in lines)),
    ['serve', 'ack', 'nack', 'run', 'purge'],
    'the others end with one line, or with none'
  )
})

test('a job whose output cannot be written is not lost', async t => {
  const { url } = await listen(t)
  for (let n = 0; n < 3; n++) await presque(url, ['push', 'mail', `{"n":${n}}`])
  for (const code of ['ENOSPC', 'EPIPE']) {
    for (const args of [
      [],
      ['--ack'],
      ['--lease', '30'],
      ['--lease', '30', '--json'],
      ['--follow']
    ]) {
      const said = await broken(url, code, ['pop', 'mail', ...args])
      t.equal(said.code, code === 'EPIPE' ? 0 : 1, args.join(' '))
      t.match(await counts(url, 'mail'), { waiting: 3, active: 0, failed: 0 }, args.join(' '))
    }
  }
  t.strictSame(
    JSON.parse((await presque(url, ['job', 'mail', '1'])).out).attempt,
    0,
    'and no attempt is counted'
  )
})

test(
  'presque pop > /dev/full says why, and leaves the job',
  { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' },
  async t => {
    const { url } = await listen(t)
    await presque(url, ['push', 'mail', '{"precious":1}'])
    const child = spawn(process.execPath, [program, 'pop', 'mail'], {
      env: { ...process.env, NODE_OPTIONS: '', PRESQUE_URL: url },
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe']
    })
    let said = ''
    child.stderr!.on('data', piece => {
      said += String(piece)
    })
    const [code] = await once(child, 'close')
    t.strictSame(
      [code, said],
      [1, 'presque: the output cannot be written: there is no space left on the device\n']
    )
    t.match(await counts(url, 'mail'), { waiting: 1, active: 0 })
  }
)

test('pop --follow takes and acknowledges in batches, ' +
  'and ends by a signal with what it has printed', async t => {
  const { url } = await listen(t)
  const lines = Array.from({ length: 3000 }, (_, n) => `{"n":${n}}\n`)
  await presque(url, ['push', 'mail', '--ndjson'], { input: lines })
  const output = ear()
  const io = {
    env: { ...process.env, PRESQUE_URL: url, PRESQUE_TOKEN: '' },
    input: process.stdin,
    output,
    errors: ear()
  }
  const began = performance.now()
  const ended = main(['pop', 'mail', '--follow'], io)
  await until(
    'all are printed',
    async () =>
      (await counts(url, 'mail'))['waiting'] === 0 && (await counts(url, 'mail'))['active'] === 0
  )
  t.equal(output.text, lines.join(''))
  t.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`)
  process.emit('SIGTERM', 'SIGTERM')
  t.equal(await ended, 0)
  await presque(url, ['push', 'b', '{"n":1}'])
  await presque(url, ['push', 'a', '{"n":2}'])
  const both = ear()
  const several = main(['pop', 'a', 'b', '--follow', '--wait', '1'], { ...io, output: both })
  await until('both are printed', () => both.text === '{"n":2}\n{"n":1}\n')
  process.emit('SIGINT', 'SIGINT')
  t.equal(await several, 0)
})

test('lines come from whatever can be read, once where it can be read once', async t => {
  const { url } = await listen(t)
  const folder = place(t)
  const env = { ...process.env, NODE_OPTIONS: '', PRESQUE_URL: url }
  const two = '{"a":1}\n{"b":2}\n'
  const escaped = two.replaceAll('\n', '\\n')
  const [file, fifo] = [join(folder, 'jobs.ndjson'), join(folder, 'fifo')]
  writeFileSync(file, two)
  execFileSync('mkfifo', [fifo])
  const push = `"${process.execPath}" "${program}" push`
  const ways: Record<string, string> = {
    'a pipe': `printf '${escaped}' | ${push} a --ndjson`,
    'a pipe by its name': `printf '${escaped}' | ${push} b --ndjson @/dev/stdin`,
    'a process substitution': `${push} c --ndjson @<(printf '${escaped}')`,
    'a FIFO': `printf '${escaped}' > ${fifo} & ${push} d --ndjson @${fifo}`,
    'a file': `${push} e --ndjson < ${file}`,
    'a file by its name': `${push} f --ndjson @${file}`,
    'a redirected file by the name of standard input': `${push} g --ndjson @/dev/stdin < ${file}`,
    'a here-document': `${push} h --ndjson <<< '${two.trimEnd()}'`
  }
  for (const [i, [way, line]] of Object.entries(ways).entries()) {
    const { status, stderr } = await bash(line, env)
    t.strictSame([status, stderr], [0, ''], way)
    t.match(await counts(url, 'abcdefgh'[i]!), { waiting: 2 }, way)
  }
  await bash(`{ read -r first; ${push} rest --ndjson; } < ${file}`, env)
  t.match(
    await counts(url, 'rest'),
    { waiting: process.platform === 'linux' ? 1 : 2 },
    'lines that were read before are not read again'
  )
  t.match(await presque(url, ['push', 'a', '--ndjson', '@/no/such/file']), {
    code: 2,
    err: 'presque: cannot read /no/such/file: ENOENT\n'
  })
  t.match(await presque(url, ['push', 'a', '--ndjson', `@${folder}`]), { code: 1, err: /EISDIR/ })
  const bad = await bash(`printf '{"a":1}\\n[\\n' | ${push} bad --ndjson @/dev/stdin`, env)
  t.match(bad, { status: 2, stderr: /^presque: line 2: / })
})

for (const count of ['1', '2']) {
  test(
    'presque serve > /dev/full serves, says why its log is lost, ' +
      `and ends by SIGTERM (${count} processes)`,
    { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' },
    async t => {
      const port = await freePort()
      const args = [
        program,
        'serve',
        '--port',
        String(port),
        '--data',
        place(t),
        '--processes',
        count
      ]
      const child = spawn(process.execPath, args, {
        env: { ...process.env, NODE_OPTIONS: '', REDIS_URL: '' },
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe']
      })
      t.teardown(() => child.kill('SIGKILL'))
      let said = ''
      child.stderr!.on('data', piece => {
        said += String(piece)
      })
      await until('it serves', () => said.includes('serving'))
      t.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200)
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      t.strictSame(await ended, [0, null])
      const sentences = [...new Set(said.match(/^presque: .*$/gm))]
      const why = 'there is no space left on the device'
      t.strictSame(sentences, [
        `presque: the log cannot be written (${why}); presque serves on without it`
      ])
    }
  )
}

test('presque serve writes nothing on standard output but its log, ' +
  'a line of JSON each', async t => {
  const args = [program, 'serve', '--port', '0', '--data', place(t)]
  const env = { ...process.env, NODE_OPTIONS: '', REDIS_URL: '' }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  const said = { out: '', err: '' }
  child.stdout!.on('data', piece => {
    said.out += String(piece)
  })
  child.stderr!.on('data', piece => {
    said.err += String(piece)
  })
  await until('it serves', () => said.err.includes('serving'))
  child.kill('SIGTERM')
  await once(child, 'close')
  const lines = said.out.trimEnd().split('\n')
  t.ok(
    lines.every(line => typeof JSON.parse(line).msg === 'string'),
    `${lines.length} lines`
  )
})
