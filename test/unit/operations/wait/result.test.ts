import { spawnSync } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { take } from '../../../../operations/job/take.ts'
import { Deadline } from '../../../../operations/wait/deadline.ts'
import { jobAtEnd } from '../../../../operations/wait/result.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { build } from '../../../support/server/app.ts'
import { serveApart } from '../../../support/server/apart.ts'

test('an answer at the deadline is of then, also if the server could not go on meanwhile',
  async t => {
    const redis = await startRedis(t)
    const url = await serveApart(t, redis.url)
    const app = await build(t, { REDIS_URL: redis.url, PRESQUE_PREFIX: 'presque' })
    await push(app.redis, 'mail', [{ payload: '{}', keep: 60 }])
    const [job] = await take(app.redis, 'mail', { lease: 60 })
    const ended = jobAtEnd(app.redis, app.longPoll, 'mail', job!.id, new Deadline(50))
    // Redis answers the first look now, and the answer is read after the deadline.
    for (let turn = 0; turn < 3; turn++) await nextTurn()
    const ack = `${url}/j/mail/${job!.id}/ack?receipt=${job!.lease!.receipt}`
    const { status, stdout } = spawnSync('curl', ['-sS', '-f', '-X', 'POST', ack])
    t.equal(status, 0, String(stdout))
    spawnSync('sleep', ['0.1'])
    t.match(await ended, { state: 'completed' })
  })
