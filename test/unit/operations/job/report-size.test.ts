import { test } from 'tap'
import { truncateError, limits } from '../../../../operations/job/report-size.ts'

// Half of a pair that stands alone.
const broken = /\p{Surrogate}/u
const bytes = (text: string): number => Buffer.byteLength(text)

test('an error of 64 KiB is kept byte for byte, and a larger one is cut', async t => {
  const room = limits.error - bytes('{ "message":""}')
  const whole = `{ "message":"${'x'.repeat(room)}"}`
  t.equal(bytes(whole), limits.error)
  t.equal(truncateError(whole), whole)
  const larger = `{ "message":"${'x'.repeat(room + 1)}"}`
  const kept = truncateError(larger)
  t.ok(bytes(kept) <= 16 * 1024 + 64, `${bytes(kept)}`)
  t.match(JSON.parse(kept), {
    message: /^x{8000,} \.\.\. \(\d+ characters cut\) \.\.\. x{8000,}$/,
    cut: bytes(larger)
  })
})

test('whatever an error has in it, the kept part is valid, whole characters, ' +
  'and within its bounds', async t => {
  const letters = ['x', 'é', '漢', '😀', '\u0000', '"', '\\', '\u2028', '\ud83d', '\udc00', 'a😀']
  for (const letter of letters) {
    for (const extra of [0, 1, 2, 3]) {
      const long = 'y'.repeat(extra) + letter.repeat(200_000)
      const text = JSON.stringify({
        backtrace: long,
        other: long,
        message: long,
        type: long,
        deep: { message: 1 }
      })
      const kept = truncateError(text)
      t.ok(bytes(kept) <= limits.error, `${bytes(kept)} bytes`)
      const error = JSON.parse(kept) as Record<string, string>
      t.strictSame(Object.keys(error), ['type', 'message', 'backtrace', 'cut'])
      t.ok(
        error['backtrace']!.startsWith(long.slice(0, 3000)) &&
          error['backtrace']!.endsWith(long.slice(-3000))
      )
      if (!broken.test(letter)) t.notOk(broken.test(error['backtrace']! + error['message']!))
    }
  }
})

test('of a backtrace of lines whole lines are kept, of any other its text', async t => {
  const lines = Array.from({ length: 9000 }, (_, i) => `  at step ${i} (file.ts:${i}:1)`)
  const { backtrace } = JSON.parse(
    truncateError(JSON.stringify({ message: 'no', backtrace: lines }))
  )
  const cut = backtrace.findIndex((line: string) => line.startsWith('...'))
  t.strictSame(backtrace.slice(0, cut), lines.slice(0, cut))
  t.strictSame(backtrace.slice(cut + 1), lines.slice(cut + 1 - backtrace.length))
  t.equal(backtrace[cut], `... (${lines.length - backtrace.length + 1} lines cut) ...`)
  const deep = `${'['.repeat(90_000)}${']'.repeat(90_000)}`
  t.match(JSON.parse(truncateError(`{"backtrace":${deep}}`)), {
    backtrace: /^\[{9000,} \.\.\. .* \.\.\. \]{9000,}$/
  })
  t.match(JSON.parse(truncateError(`{"backtrace":["${'x'.repeat(90_000)}"]}`)), {
    backtrace: /^\["x+ \.\.\. /
  })
})

test('a text that is large only as it is written is written shorter, ' +
  'and nothing of it is cut', async t => {
  const spaces = ' '.repeat(70_000)
  t.strictSame(JSON.parse(truncateError(`{"backtrace":[${spaces}"a",1]}`)).backtrace, ['a', 1])
  t.equal(
    JSON.parse(truncateError(`{"message":"${'\\u0061'.repeat(12_000)}"}`)).message,
    'a'.repeat(12_000)
  )
  t.strictSame(JSON.parse(truncateError(`{"backtrace":[${spaces}]}`)).backtrace, [])
  t.strictSame(JSON.parse(truncateError(`{${spaces}}`)), { cut: 70_002 })
})
