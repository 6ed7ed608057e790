import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test, type Test } from 'tap'
import { Presque, Worker } from '../../../client/client.ts'
import { listen } from '../../support/server/app.ts'
import { until } from '../../support/until.ts'

const jobs = 400

/** Passes all on. `isHeld` says for which answers to an ack with next=1 `send` is to be called. */
async function proxy (
  t: Test, url: string, hold: (answer: number, send: () => void) => void
): Promise<string> {
  let answers = 0
  const pass = (from: IncomingMessage, to: ServerResponse) => {
    const { method, headers } = from
    const asked = request(url + from.url, { method, headers }, answer => {
      const send = () => {
        if (to.destroyed) return answer.destroy()
        to.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(to)
      }
      if (from.url!.includes('/ack?next=1')) hold(++answers, send)
      else send()
    })
    asked.on('error', () => to.destroy())
    to.on('close', () => asked.destroy())
    from.pipe(asked)
  }
  const server = createServer(pass).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function flood (
  t: Test, timeout: number, hold: (answer: number, send: () => void) => void
): Promise<{ seen: number[], lost: number }> {
  const { url } = await listen(t)
  const direct = new Presque(url)
  await direct.pushMany('mail', Array.from({ length: jobs }, (_, n) => ({ n })))
  const presque = new Presque({ url: await proxy(t, url, hold), timeout })
  const seen: number[] = []
  const handle = ({ payload }: { payload: { n: number } }) => {
    seen.push(payload.n)
  }
  const worker = new Worker(presque, 'mail', handle, { lease: 1, onError: () => {} })
  await until('all is done', async () => (await direct.status('mail')).processed === jobs, 30_000)
  await worker.close()
  const { counts, lost, failed } = await direct.status('mail')
  t.match({ ...counts, failed }, { waiting: 0, active: 0, delayed: 0, failed: 0 })
  t.strictSame(new Set(seen), new Set(Array.from({ length: jobs }, (_, n) => n)))
  return { seen, lost }
}

test('the jobs of an answer for which the worker waits no longer come back, ' +
  'and the acks of its request count once', async t => {
  const { seen } = await flood(t, 0.3, (answer, send) => {
    // The worker asks again, and is told that these jobs are no more.
    if (answer !== 4) send()
  })
  t.equal(seen.length, jobs, 'none is done twice')
})

test('the jobs of an answer that comes after their leases are done at least once', async t => {
  const { lost } = await flood(t, 60, (answer, send) => {
    if (answer === 4) setTimeout(send, 1300)
    else send()
  })
  t.ok(lost > 0, `${lost} leases were over`)
})
