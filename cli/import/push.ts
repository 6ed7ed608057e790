import { retry } from '../../client/http/backoff.ts'
import { errorOf } from '../../client/error.ts'
import type { SourceJob } from './source.ts'

export interface Target {
  url: string
  token: string | undefined
  /** How long a presque that is away is asked again. */
  waitMs: number
}

// presque will never take this very job. Every other error concerns all jobs.
const rejections = [400, 413, 422]
const transient = [0, 429, 502, 503, 504]

class Away extends Error {}

/**
 * Pushes a job under an idempotency key. Resolves with undefined once presque has it, or with the
 * reason why presque does not take it. Rejects where the next job would fare alike.
 */
export async function push (
  target: Target, queue: string, job: SourceJob, key: string
): Promise<string | undefined> {
  const until = performance.now() + target.waitMs
  const attempt = async (): Promise<string | undefined> => {
    const { status, sentence } = await post(target, queue, job, key)
    if (status === 201) return undefined
    if (rejections.includes(status)) return sentence
    if (transient.includes(status)) {
      throw new Away(`${target.url} does not take the job: ${sentence}`)
    }
    throw new Error(`${target.url} answers ${status}: ${sentence}`)
  }
  return await retry(attempt, error => error instanceof Away && performance.now() <= until)
}

interface Answer { status: number, sentence: string }

// Status 0: there was no answer, and whether presque has the job is not known. The key makes it
// harmless to ask again.
async function post (
  { url, token }: Target, queue: string, job: SourceJob, key: string
): Promise<Answer> {
  const account = token !== undefined && { authorization: `Bearer ${token}` }
  const headers = { 'content-type': 'application/json', 'idempotency-key': key, ...account }
  const init = { method: 'POST', headers, body: job.text, redirect: 'manual' } as const
  try {
    const signal = AbortSignal.timeout(30_000)
    const answer = await fetch(`${url}/q/${queue}${settings(job)}`, { ...init, signal })
    const { status } = answer
    const text = await answer.text()
    return { status, sentence: status === 201 ? '' : errorOf(status, text).message }
  } catch (error) {
    return { status: 0, sentence: reasonOf(error as Error) }
  }
}

function reasonOf ({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message
  return cause.message || String((cause as NodeJS.ErrnoException).code)
}

function settings ({ delayed, priority, tries, uniq }: SourceJob): string {
  const all = Object.entries({ delayed, priority, tries, uniq })
  const given = all.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]])
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}
