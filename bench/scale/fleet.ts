// Workers of pods that end and come again under other names, for a simulated week that ends now:
// how much memory Redis holds at the end of each day, and for how long each read route keeps it
// busy.
// `node --import tsx bench/scale/fleet.ts [workers] [queues]`; by default 10 000 and 200.
import { busyMs, simulateFleet } from '../../test/support/simulated-fleet.ts'
import { perform, type Figure } from '../stage.ts'

const [workers = 10_000, queues = 200] = process.argv.slice(2).map(Number)

await perform(`a week of ${workers} workers on ${queues} queues`, async ({ redis, serve }) => {
  const figures: Figure[] = []
  const megabytes = async (): Promise<number> => {
    return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1]) / 2 ** 20
  }
  let day = 0
  const { alive } = await simulateFleet(redis, { workers, queues, hours: 168 }, async () => {
    const known = await redis.zcard('noted')
    const what = `memory of Redis after day ${++day}, with ${known} workers known`
    figures.push({ what, value: await megabytes(), unit: 'MB' })
  })
  const { port, stop } = await serve()
  const routes = [
    '/w', '/w?after=pod-5&limit=1000', '/w?queue=queue-1', `/w?worker_id=${alive[0]!.id}`,
    '/w/queue-1', '/status/queue-1', '/findings', '/summary', '/metrics'
  ]
  for (const path of routes) {
    const busy = await busyMs(redis, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      if (answer.status !== 200) throw new Error(`${path}: the server answered ${answer.status}`)
      await answer.text()
    })
    figures.push({ what: `${path}: Redis is busy for at most`, value: busy, unit: 'ms', most: 50 })
  }
  await stop()
  return figures
})
