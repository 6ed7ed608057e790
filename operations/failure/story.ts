import type { Attempt } from '../../schemas/job.ts'
import { memberText } from '../json-text.ts'

const most = { type: 100, message: 300 }

/** The beginning of an error as JSON, for the story of its job; '' where there is none to tell. */
export function beginningOf (error: string | undefined): string {
  if (error === undefined) return ''
  const parts = (Object.keys(most) as Array<keyof typeof most>).flatMap(name => {
    const text = memberText(error, name)
    return text?.startsWith('"') === true ? [[name, cut(JSON.parse(text), most[name])]] : []
  })
  return parts.length === 0 ? '' : JSON.stringify(Object.fromEntries(parts))
}

// Half of a pair is no character, and Lua reads no JSON with one. A worker may send one as well.
function cut (text: string, length: number): string {
  const beginning = text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
  return beginning.replaceAll(/\p{Surrogate}/gu, '\ufffd')
}

const form = /^(\d+) (failed|lost|released|completed) (\d*) (\d+) (\S*) (.*)$/

/** The deliveries of a story, the oldest first. Times in epoch seconds. */
export function attemptsIn (story: string): Attempt[] {
  return story.split('\n').flatMap(line => {
    const [, attempt, outcome, began, ended, worker, error] = form.exec(line) ?? []
    return attempt === undefined
      ? []
      : [{
          attempt: Number(attempt),
          worker_id: worker === '' ? null : worker!,
          started_at: began === '' ? null : Number(began) / 1000,
          ended_at: Number(ended) / 1000,
          outcome: outcome as Attempt['outcome'],
          error: error === '' ? null : JSON.parse(error!)
        }]
  })
}

interface Told { state: string, at: string, holder: string, started?: number, since?: number }

/** When a job began, failed and ended, as far as is known. Times in epoch seconds. */
export function storyTimes ({ state, at, holder, started, since }: Told, attempts: Attempt[]) {
  const seconds = (ms: number | undefined) => ms === undefined ? null : ms / 1000
  const held = state === 'active' && holder !== '' ? parseInt(holder) : undefined
  const failure = attempts.findLast(({ outcome }) => outcome === 'failed' || outcome === 'lost')
  const failed = state === 'failed' ? Number(at) : undefined
  const last = state === 'active' ? null : attempts.at(-1)?.started_at ?? null
  return {
    started_at: seconds(started ?? held) ?? last,
    failed_at: seconds(failed) ?? failure?.ended_at ?? null,
    finished_at: seconds(state === 'completed' ? since : failed)
  }
}
