import { QueueName } from '../../schemas/name.ts'
import { Delayed } from '../../schemas/push.ts'
import type { SourceJob } from './source.ts'

const allowed = new RegExp(QueueName.pattern!)

/** Why presque would not take this job into this queue, as a sentence; undefined if it would. */
export function obstacle (
  { problem, queue, delayed, text }: SourceJob, into: string
): string | undefined {
  if (problem !== undefined) return problem
  if (queue === undefined) return 'it names no queue'
  if (!allowed.test(into) || into === '.' || into === '..') {
    const rule = '(A-Z a-z 0-9 _ . : @ -, 128 at most)'
    return `'${into}' cannot be the name of a queue ${rule}; give another with --rename`
  }
  if (delayed !== undefined && !(delayed >= 0 && delayed <= Delayed.maximum!)) {
    return `its time is out of range: ${delayed}`
  }
  return isObject(text) ? undefined : 'its payload is not a JSON object'
}

function isObject (text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
