import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'tap'
import { tokenFile } from '../../../support/http/tokens.ts'
import { presque } from '../../../support/server/command.ts'
import { RateLimits } from '../../../../operations/access/rate-limit.ts'
import { readConfig } from '../../../../operations/config.ts'
import { mint, othersMay, readTokens, Tokens } from '../../../../operations/access/token.ts'

const ann = { name: 'ann', roles: ['read' as const], queues: ['mail'] }

test('a token is found by its secret alone, of which nothing but a hash is kept', async t => {
  const { secret, token } = mint(ann)
  t.match(secret, /^presque_[\w-]{43}$/)
  t.notMatch(JSON.stringify(token), secret.slice(8))
  const tokens = new Tokens([mint({ ...ann, name: 'bob' }).token, token])
  t.equal(tokens.find(secret)?.token.name, 'ann')
  for (const other of ['', token.sha256, secret.slice(0, -1), `${secret}x`, secret.toUpperCase()]) {
    t.equal(tokens.find(other), null, other)
  }
})

test('a file of tokens is refused with one sentence that names the mistake', async t => {
  const path = `${t.testdir({ 'tokens.json': '' })}/tokens.json`
  const good = mint(ann).token
  const bad: Array<[unknown, RegExp]> = [
    ['{', /is not JSON: /],
    [[], /it must be object/],
    [{ tokens: [{ ...good, roles: ['admin'] }] }, /tokens\/0\/roles\/0 /],
    [{ tokens: [{ ...good, sha256: 'x' }] }, /tokens\/0\/sha256 must match/],
    [{ tokens: [{ ...good, queues: [] }] }, /tokens\/0\/queues must NOT have fewer/],
    [{ tokens: [{ ...good, queue: 'x' }] }, /additional properties/],
    [{ tokens: [good, good] }, /two tokens of the name 'ann'/],
    [{ tokens: [{ ...good, rate: { limit: 0, period: 1 } }] }, /limit must be >= 1/]
  ]
  for (const [content, sentence] of bad) {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    t.throws(() => readTokens(path), { message: sentence })
    t.throws(
      () => readConfig({ PRESQUE_TOKENS: path }),
      { message: /^PRESQUE_TOKENS: / },
      'and stops the start'
    )
  }
  t.throws(() => readConfig({ PRESQUE_TOKENS: `${path}.none` }), {
    message: /cannot be read \(ENOENT\)/
  })
  writeFileSync(path, JSON.stringify({ tokens: [good] }))
  t.equal(
    readConfig({ PRESQUE_TOKENS: path, HOST: '0.0.0.0' }).HOST,
    '0.0.0.0',
    'with tokens it may be reached from elsewhere'
  )
})

test('the command makes a token, prints it once, and takes it out again', async t => {
  const file = `${t.testdir()}/tokens.json`
  const token = async (...args: string[]) => await presque('', ['token', '--file', file, ...args])
  const { out } = await token(
    '--name',
    'ann',
    '--roles',
    'produce,read',
    '--queues',
    'mail,m.*',
    '--rate',
    '100/60'
  )
  const secret = out.trim()
  t.match(new Tokens(readTokens(file)).find(secret)?.token, {
    name: 'ann',
    roles: ['produce', 'read'],
    queues: ['mail', 'm.*'],
    rate: { limit: 100, period: 60 }
  })
  t.equal(statSync(file).mode & 0o777, 0o600, 'for its owner alone')
  chmodSync(file, 0o644)
  await token('--name', 'bob', '--roles', 'read')
  t.equal(statSync(file).mode & 0o777, 0o600)
  const before = readFileSync(file, 'utf8')
  for (const [args, sentence] of [
    [['--name', 'ann', '--roles', 'read'], /has a token 'ann' already/],
    [['--roles', 'read'], /--name is missing/],
    [['--name', 'cid'], /--roles is missing/],
    [['--name', 'cid', '--roles', 'admin'], /roles/],
    [['--name', 'cid', '--roles', 'read', '--queues', 'a b'], /queues/],
    [['--name', 'cid', '--roles', 'read', '--rate', '5'], /--rate is requests\/seconds/],
    [['--name', 'cid', '--remove'], /no token 'cid'/],
    [['--nmae', 'x'], /nmae/]
  ] as const) {
    const { code, out, err } = await token(...args)
    t.ok(code > 0)
    t.match([out, err], ['', sentence])
  }
  t.equal(readFileSync(file, 'utf8'), before, 'a refusal changes nothing')
  await token('--name', 'ann', '--remove')
  t.equal(new Tokens(readTokens(file)).find(secret), null)
  t.match(await token('--help'), { code: 0, out: /--queues/ })
})

test('an allowance is refilled evenly, up to its limit', async t => {
  const allowances = new RateLimits()
  const limited = { ...mint(ann).token, rate: { limit: 2, period: 10 } }
  const take = (now: number): number => Math.round(allowances.take(limited, now) * 1000) / 1000
  t.same([0, 0, 0].map(take), [0, 0, 5])
  t.equal(take(4000), 1)
  t.equal(take(5001), 0)
  t.same([1e9, 1e9, 1e9].map(take), [0, 0, 5], 'nothing is saved up')
})

test('a file of tokens that others may read or write is warned of', async t => {
  const { path } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['*'] })
  for (const [mode, what] of [
    [0o644, 'read'],
    [0o640, 'read'],
    [0o666, 'write'],
    [0o620, 'write'],
    [0o600, null]
  ] as const) {
    chmodSync(path, mode)
    t.equal(othersMay(path), what)
  }
})
