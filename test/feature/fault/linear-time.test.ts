import { test } from 'tap'
import { Tokens } from '../../../operations/access/token.ts'
import { parseTrace } from '../../../operations/trace.ts'

const long = 1_000_000

/** Fails where the time goes up with the square of the length: that would be minutes here. */
function isQuick (work: () => unknown): boolean {
  const before = performance.now()
  work()
  return performance.now() - before < 2000
}

test('what a client sends is looked through in a time that goes up with its length', async t => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const spaces = ' '.repeat(long)
  for (const tracestate of [
    `a=${spaces}b`,
    `${spaces}a=1`,
    `a=1${spaces}`,
    `a${'\t '.repeat(long / 2)}b`,
    ','.repeat(long),
    'a'.repeat(long),
    `a=1,${spaces},b=2`
  ]) {
    t.ok(
      isQuick(() => parseTrace({ traceparent, tracestate })),
      tracestate.slice(0, 5)
    )
  }
  const secret = {
    name: 'ann',
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    roles: ['read' as const]
  }
  const queues = ['*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b', `${'*a'.repeat(63)}*c`, '*b*b*', '*.a.*.b']
  const holder = new Tokens([{ ...secret, queues }]).find('')!
  for (const queue of ['a'.repeat(128), 'a'.repeat(long), '.a.'.repeat(long / 4)]) {
    t.ok(
      isQuick(() => holder.sees(queue)),
      queue.slice(0, 5)
    )
  }
})

test('a star in the queues of a token stands for any characters, none included', async t => {
  const sees = (glob: string, queue: string): boolean =>
    new Tokens([
      {
        name: 'ann',
        sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        roles: ['read'],
        queues: [glob]
      }
    ])
      .find('')!
      .sees(queue)
  for (const [glob, queue] of [
    ['*', 'mail'],
    ['mail', 'mail'],
    ['mail*', 'mail'],
    ['*mail', 'mail'],
    ['m*l', 'ml'],
    ['m*l', 'mail'],
    ['a*b*c', 'abc'],
    ['a*b*c', 'a.b.b.c'],
    ['a**c', 'abc'],
    ['*a*', 'bab'],
    ['m.*', 'm.x'],
    ['*aa', 'aaa']
  ] as const) {
    t.ok(sees(glob, queue), `${glob} ${queue}`)
  }
  for (const [glob, queue] of [
    ['mail', 'mails'],
    ['mail*', 'mai'],
    ['m*l', 'm'],
    ['a*a', 'a'],
    ['a*b*c', 'acb'],
    ['ab*bc', 'abc'],
    ['m.*', 'mx'],
    ['*a*a*', 'a'],
    ['a*bb*b', 'abb']
  ] as const) {
    t.notOk(sees(glob, queue), `${glob} ${queue}`)
  }
})
