import { setTimeout as delay } from 'node:timers/promises'
import type { SourceJob } from './source.ts'

export interface Target {
  url: string
  token: string | undefined
  /** In ms: for how long a presque that is away is asked again. */
  patience: number
}

// This very job will never be taken. All else that is no 201 concerns every job.
const refusals = [400, 413, 422]
const passing = [429, 502, 503, 504]

/**
 * Puts a job into a queue under an idempotency key; resolves with why presque does not want it, or with undefined once it has it.
 * Rejects when there is no sense in going on.
 */
export async function push (target: Target, queue: string, job: SourceJob, key: string): Promise<string | undefined> {
  const until = performance.now() + target.patience
  for (let attempt = 0; ; attempt++) {
    const { status, sentence } = await post(target, queue, job, key)
    if (status === 201) return undefined
    if (refusals.includes(status)) return sentence
    if (!passing.includes(status) && status !== 0) throw new Error(`${target.url} answers ${status}: ${sentence}`)
    if (performance.now() > until) throw new Error(`${target.url} does not take the job: ${sentence}`)
    await delay(Math.min(50 * 2 ** attempt, 1000))
  }
}

interface Answer { status: number, sentence: string }

// Status 0: nothing answered, and whether the job is there is not known; the key makes asking again safe.
async function post ({ url, token }: Target, queue: string, job: SourceJob, key: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key, ...(token && { authorization: `Bearer ${token}` }) }
  try {
    const signal = AbortSignal.timeout(30_000)
    const answer = await fetch(`${url}/q/${queue}${settings(job)}`, { method: 'POST', headers, body: job.text, signal, redirect: 'manual' })
    const text = await answer.text()
    return { status: answer.status, sentence: answer.status === 201 ? '' : sentenceIn(text) }
  } catch (error) {
    const { message, cause } = error as Error
    return { status: 0, sentence: cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message }
  }
}

function settings ({ delayed, priority, tries, uniq }: SourceJob): string {
  const given = Object.entries({ delayed, priority, tries, uniq }).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

function sentenceIn (text: string): string {
  try {
    return String((JSON.parse(text) as { error: unknown }).error)
  } catch {
    return text.slice(0, 200)
  }
}
