import type { Operation } from '../../schemas/operation.ts'

/** What a sentence tells beside the document: how the canary, or what followed it, stands. */
export interface Progress {
  trial?: { jobs: number, sent: number, ended: number, failed: number } | undefined
  /** Why it stopped itself. */
  stopped?: 'failed' | 'late' | 'full' | undefined
}

type Facts = Omit<Operation, 'sentence'>

/** How an operation stands, in words. */
export function sentenceOf (facts: Facts, progress: Progress): string {
  const { trial } = progress
  const { counts: { matched, done, restored } } = facts
  switch (facts.state) {
    case 'canary': {
      const first = Math.min(trial!.jobs, matched ?? Infinity)
      return `lets ${first}${ofAll(facts)} jobs go first: ${done} have gone, ${endsOf(facts)}`
    }
    case 'running': return `goes on with ${facts.rate} jobs a second: ${progressOf(facts)}`
    case 'paused': return `paused: ${progressOf(facts)}`
    case 'aborted': return `aborted: ${progressOf(facts)}`
    case 'completed': return matched === 0 ? 'no job matched' : `completed: ${progressOf(facts)}`
    case 'undoing': return `brings back what it has deleted: ${restored} of ${done} jobs are back`
    case 'undone': return `undone: ${restored} of ${done} jobs are back`
    case 'stopped': return `stopped itself: ${reasonOf(facts, progress)}`
  }
}

function ofAll ({ counts: { matched } }: Facts): string {
  return matched === null ? '' : ` of ${matched}`
}

function progressOf (facts: Facts): string {
  const { do: what, to, counts: { done } } = facts
  if (what === 'move') return `${done}${ofAll(facts)} jobs are in the queue ${to} now`
  if (what === 'delete') return `${done}${ofAll(facts)} jobs are deleted`
  return `${done}${ofAll(facts)} jobs have gone, ${endsOf(facts)}`
}

function endsOf ({ counts: { completed, failed } }: Facts): string {
  return `${completed} of them have completed, ${failed} failed again`
}

function reasonOf (facts: Facts, { trial, stopped }: Progress): string {
  const { canary, to } = facts
  if (stopped === 'full') return `the queue ${to} is full; ${progressOf(facts)}`
  const { sent, ended, failed } = trial!
  if (stopped === 'late') {
    return `${ended} of the ${sent} jobs that went first had ended after ${canary!.within} s`
  }
  const share = `${Math.ceil(failed)} of the last ${Math.ceil(ended)} jobs that ended`
  return `${share} have failed again, and stop_at is ${canary!.stop_at}`
}
