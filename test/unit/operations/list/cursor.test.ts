import { test } from 'tap'
import { cursorText, readCursor } from '../../../../operations/list/cursor.ts'
import { scanJobs } from '../../../../operations/list/scan.ts'
import { push } from '../../../../operations/job/push.ts'
import { listedStates } from '../../../../schemas/state.ts'
import { build } from '../../../support/server/app.ts'

const encoded = (text: string): string => Buffer.from(text).toString('base64url')

test('a cursor goes on in its own list, and in no other', async t => {
  const cursor = { start: '1700000000000 42', position: '1700000000000 b42' }
  const text = cursorText('failed', 'asc', cursor)
  t.match(text, /^[A-Za-z0-9_-]+$/)
  t.strictSame(readCursor('failed', 'asc', text), cursor)
  t.strictSame(readCursor('failed', 'asc', ''), { start: '', position: '' })
  const refused = { code: 'AFTER_INVALID' }
  t.throws(() => readCursor('failed', 'desc', text), refused)
  t.throws(() => readCursor('delayed', 'asc', text), refused)
  t.throws(() => readCursor('failed', 'asc', text.slice(1)), refused)
  t.throws(() => readCursor('failed', 'asc', `${text}x`), refused)
})

const positions = [
  '1', '2', '3', '4', '5', '', '1 10000000000000 a1', '1 1e+13 a1', '1 x a1',
  '4 9e15 p9999999999999999', '2 0 - -', '2 999999999999999 1 2', '2 3 1,2,3,4 -', '2 3 1:2 x',
  '3 -/-', '3 ./.', '3 ./-', '3 0/-', '3 9999999999999999/.',
  '3 1/0 - -', '3 1/99 7:8 9:9', '3 -1/-', '3 1/', '9 1/-',
  '1700000000000 b42', '-1 b42', '1 q1', 'nan b42', '42', '0', '9999999999999999', '4.2'
]

test('a cursor that a client has made up is refused, or read as a position', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', Array.from({ length: 3 }, () => ({ payload: '{}' })))
  await push(redis, 'mail', [{ payload: '{}', tries: 2 }, { payload: '{}', priority: 1 }])
  await push(redis, 'mail', [{ payload: '{}', delay: 100 }, { payload: '{}', depends: '1' }])
  let [refused, read] = [0, 0]
  for (const state of listedStates) {
    for (const order of ['asc', 'desc'] as const) {
      for (const position of positions) {
        const after = encoded(`${state} ${order} 9999999999999999 9999999999999999 ${position}`)
        try {
          const { jobs } = await scanJobs(redis, 'mail', { state, order, after, limit: 10 })
          t.ok(jobs.length <= 5)
          read++
        } catch (error) {
          t.match(error, { code: 'AFTER_INVALID' }, `${state} ${order} ${position}`)
          refused++
        }
      }
    }
  }
  t.ok(refused > 200 && read > 50, `${refused} are refused, ${read} are read`)
})
