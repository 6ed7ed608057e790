import { test } from 'tap'
import {
  checkAnswers,
  follows,
  names,
  prompt,
  recovery,
  serve,
  wakes,
  writable
} from '../../support/redis/failover.ts'
import { startSentinels } from '../../support/redis/sentinel.ts'
import { Traffic } from '../../support/http/traffic.ts'
import { until } from '../../support/until.ts'

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  test(`when the master of a Sentinel group gets ${signal}, presque follows to the new one, ` +
    'and no job with a replica is lost', async t => {
    const { url, nodes, master } = await startSentinels(t)
    const servers = await serve(t, url, 1)
    const traffic = new Traffic(
      servers.map(server => server.url),
      names
    )
    await until('all queues are in use', () => traffic.taken.size > 100)
    const killed = performance.now()
    nodes[0]!.child.kill(signal)
    let port = 0
    await until(
      'the sentinels have a new master',
      async () => (port = await master()) !== nodes[0]!.port
    )
    const back = await writable(port, 'probe')
    await until('all queues are served again', () =>
      names.every(name =>
        traffic.heard.some(({ queue, status, at }) => queue === name && status === 201 && at > back)
      )
    )
    await traffic.stop()
    const ms = recovery(traffic.heard, names, back)
    t.comment(`a new master after ${Math.round(back - killed)} ms, served again ${ms} ms later`)
    t.ok(ms < follows, `the last 503 came ${ms} ms after the new master`)
    t.same(
      [...traffic.accepted].filter(n => !traffic.taken.has(n)),
      [],
      `of ${traffic.accepted.size} accepted jobs none is lost`
    )
    checkAnswers(t, traffic)
    await wakes(t, servers, names)
    const slowest = await wakes(t, servers, names)
    t.ok(slowest < prompt, `${names.length} who waited were woken within ${slowest} ms`)
  })
}
