import { test } from 'tap'
import { Crashing, type Victim } from '../support/server/crashing.ts'
import { until } from '../support/until.ts'

const jobs = 10_000
const kills = 50
const victims: Victim[] = ['presque', 'redis', 'both']

/** What the clients saw. */
interface Seen {
  /** Jobs whose push was begun; each is pushed once, under its own number. */
  begun: number
  /** Jobs whose push was answered 201. */
  answered: Set<number>
  /** How often each job came out. */
  taken: Map<number, number>
  /** Takes that were sent and answered by nothing, or by 503: each may have had a job. */
  broken: number
  /** Answers that no client should get. */
  odd: string[]
}

// Status 0: no answer; -1: the request was not even sent.
async function ask (url: string, options?: RequestInit): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(`${url}/q/mail`, options)
    return { status: response.status, body: await response.text() }
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    return { status: cause?.code === 'ECONNREFUSED' ? -1 : 0, body: '' }
  }
}

async function produce (presque: Crashing, seen: Seen): Promise<void> {
  while (seen.begun < jobs) {
    await presque.serving
    const n = seen.begun++
    const { status, body } = await ask(presque.url, {
      method: 'POST',
      body: `{"n":${n}}`,
      headers: { 'content-type': 'application/json' }
    })
    if (status === 201) seen.answered.add(n)
    else if (status > 0 && status !== 503) seen.odd.push(`push: ${status} ${body}`)
  }
}

async function consume (presque: Crashing, seen: Seen, isOver: () => boolean): Promise<void> {
  for (;;) {
    await presque.serving
    const last = isOver()
    const { status, body } = await ask(presque.url)
    if (status === 200) count(seen.taken, JSON.parse(body).n)
    else if (status === 0 || status === 503) seen.broken++
    else if (status > 0 && status !== 404) seen.odd.push(`take: ${status} ${body}`)
    if (status === 404 && last) return
    const before = seen.answered.size
    // Some, so that not all consumers ask for each job.
    if (status === 404) {
      await until('some jobs have come', () => seen.answered.size > before + 20 || isOver())
    }
  }
}

function count (counts: Map<number, number>, n: number): void {
  counts.set(n, (counts.get(n) ?? 0) + 1)
}

async function kill (presque: Crashing, seen: Seen): Promise<void> {
  await presque.serving
  for (let times = 0; times < kills; times++) {
    await until('some jobs more were pushed', () => seen.begun >= ((times + 0.5) * jobs) / kills)
    await presque.crash(victims[times % victims.length]!)
  }
}

test('fifty kills of presque, of its Redis and of both lose no job that was accepted, ' +
  'and double none', async t => {
  const presque = new Crashing(t)
  const seen: Seen = { begun: 0, answered: new Set(), taken: new Map(), broken: 0, odd: [] }
  let over = false
  const killing = kill(presque, seen)
  const producing = Promise.all(Array.from({ length: 8 }, async () => await produce(presque, seen)))
  const consuming = Promise.all(
    Array.from({ length: 8 }, async () => await consume(presque, seen, () => over))
  )
  await Promise.all([killing, producing])
  over = true
  await consuming
  const missing = [...seen.answered].filter(n => !seen.taken.has(n))
  const unasked = [...seen.taken.keys()].filter(n => !seen.answered.has(n))
  t.comment(
    `${jobs} pushes, ${seen.answered.size} answered 201, ${seen.taken.size} jobs came out, ` +
      `${unasked.length} of them although their push was not answered`
  )
  t.comment(`${seen.broken} takes were not answered, ${missing.length} jobs are missing`)
  t.same(seen.odd, [])
  t.same(
    [...seen.taken].filter(([, times]) => times > 1),
    [],
    'no job came out twice'
  )
  t.ok(missing.length <= seen.broken, 'a job is missing only where a take was not answered')
  t.ok(seen.answered.size > jobs * 0.9, 'nearly all pushes were answered')
  t.match(await (await fetch(`${presque.url}/j/mail`)).json(), { job_count: 0 })
})
