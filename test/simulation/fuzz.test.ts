import type { FastifyInstance } from 'fastify'
import { test, type Test } from 'tap'
import { take } from '../../operations/job/take.ts'
import { push } from '../../operations/job/push.ts'
import { listen } from '../support/server/app.ts'
import {
  operations,
  request,
  wantsLease,
  type Operation,
  type Place
} from '../support/http/openapi-document.ts'
import { Random } from '../support/random.ts'
import { ways, type Plain, type Spoilt } from '../support/http/invalid-request.ts'
import { exchange, type WireAnswer } from '../support/http/raw-http.ts'

// What the HTTP layer answers before a route is found, or to a method that its path does not offer.
const ofHttp = [400, 405, 408, 413, 414, 417, 431, 501]
const times = 3
const atOnce = 12

interface Route {
  name: string
  /** A valid request. */
  plain: () => Promise<Plain>
  statuses: number[]
}

/**
 * Every operation of the OpenAPI document, so that a new route is fuzzed without being named here;
 * each on a queue of its own.
 */
function routes (app: FastifyInstance): Route[] {
  return operations(app).map((operation, i) => ({
    name: operation.name,
    plain: async () => {
      const queue = `fuzz${i}`
      if (wantsLease(operation) || operation.method === 'GET') {
        await push(app.redis, queue, [{ payload: '{}' }])
      }
      return plain(operation, wantsLease(operation) ? await hold(app, queue) : { queue })
    },
    statuses: Object.keys(operation.responses).map(Number)
  }))
}

async function hold (app: FastifyInstance, queue: string): Promise<Place> {
  const [job] = await take(app.redis, queue, { lease: 30, worker: 'w1' })
  return { queue, id: job!.id, receipt: job!.lease!.receipt }
}

function plain (operation: Operation, place: Place): Plain {
  const { url, query, payload } = request(operation, place)
  const body = Buffer.from(payload === undefined ? '' : JSON.stringify(payload))
  const length = operation.requestBody === undefined ? [] : [`Content-Length: ${body.length}`]
  return {
    method: operation.method,
    path: String(url),
    query: Object.entries(query as Record<string, string>).map(
      ([name, value]) => `${name}=${value}`
    ),
    headers: ['Host: x', 'Content-Type: application/json', 'Connection: close', ...length],
    body,
    parameters: (operation.parameters ?? [])
      .filter(({ in: where }) => where === 'query')
      .map(({ name }) => name)
  }
}

// 501 is the answer to a Transfer-Encoding that no server has to know (RFC 9112, section 6.1).
function isExpected (status: number): boolean {
  return (status >= 200 && status < 300) || (status >= 400 && status < 500) || status === 501
}

/** The mistake in an answer, or ''. */
function wrong ({ status, headers, body }: WireAnswer, allowed: number[]): string {
  if (!isExpected(status)) return `a ${status}: ${body}`
  if (!allowed.includes(status)) return `a ${status}, which the document does not declare: ${body}`
  if (headers['cache-control'] !== 'no-store') return `a ${status} that may be stored`
  if (status < 400) return ''
  if (!/^application\/json(;|$)/.test(headers['content-type'] ?? '')) {
    return `a ${status} of type ${headers['content-type']}`
  }
  const { error, ...rest } = JSON.parse(body)
  return typeof error === 'string' && error !== '' && Object.keys(rest).length === 0
    ? ''
    : `a ${status} that says ${body}`
}

// A server that ends a connection with a body unread may take its answer along (RFC 9112, section
// 9.6); the longer that is, the surer.
const unread = ({ name }: Route, { length }: Buffer): boolean =>
  name === 'GET /metrics' && length > 64 * 1024

async function judge (
  url: string,
  route: Route,
  { bytes, cut = false, elsewhere = false }: Spoilt,
  all: Route[]
): Promise<string> {
  // Where a byte of the path is another, so may the route be: a slash less makes a name of two.
  const statuses = elsewhere ? [404, ...all.flatMap(one => one.statuses)] : route.statuses
  const [first, ...more] = await exchange(url, bytes, { cut })
  if (first === undefined) return cut || unread(route, bytes) ? '' : 'no answer'
  // An answer after the first is one to the rest of the bytes.
  const answers = [
    wrong(first, [...ofHttp, ...statuses]),
    ...more.map(one => wrong(one, [...ofHttp, 404]))
  ]
  return answers.find(answer => answer !== '') ?? ''
}

async function stillServes (t: Test, url: string): Promise<void> {
  const pushed = await fetch(`${url}/q/after`, {
    method: 'POST',
    body: '{"n":1}',
    headers: { 'content-type': 'application/json' }
  })
  const taken = await fetch(`${url}/q/after`)
  t.strictSame([pushed.status, await taken.text()], [201, '{"n":1}'], 'a job goes in and comes out')
}

const random = new Random()

test('no bytes make the server answer with a fault, or in another way than documented, ' +
  `FUZZ_SEED=${random.seed}`, async t => {
  const { app, url } = await listen(t, { PRESQUE_MAX_WAIT: 0.05 })
  const all = routes(app)
  t.ok(all.length >= 30, `${all.length} routes`)
  for (const route of all) {
    const requests: Array<{ way: string; spoilt: Spoilt }> = []
    for (const [way, spoil] of Object.entries(ways)) {
      for (let i = 0; i < times; i++) {
        requests.push({ way, spoilt: spoil(await route.plain(), random) })
      }
    }
    t.ok(requests.length >= 64)
    const faults: string[] = []
    for (let i = 0; i < requests.length; i += atOnce) {
      await Promise.all(
        requests.slice(i, i + atOnce).map(async ({ way, spoilt }) => {
          const fault = await judge(url, route, spoilt, all).catch(error => String(error))
          if (fault !== '') {
            faults.push(
              `${way}: ${fault}; ${JSON.stringify(spoilt.bytes.toString('latin1').slice(0, 300))}`
            )
          }
        })
      )
    }
    t.strictSame(faults, [], `${requests.length} requests for ${route.name}`)
    await stillServes(t, url)
  }
})
