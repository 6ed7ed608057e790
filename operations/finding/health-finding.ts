import type { Finding } from '../../schemas/finding.ts'
import type { Memory, Safety } from '../redis/health.ts'

const nearlyFull = 0.8
const full = 0.95

/** The findings about Redis itself. */
export function findingsOfRedis (safety: Safety, memory: Memory): Finding[] {
  const found = [evicting(safety), volatile(safety), memoryShort(memory), unwritable(memory)]
  return found.filter(one => one !== null)
}

function about (kind: Finding['kind'], severity: Finding['severity'], sentence: string): Finding {
  return { severity, queue: null, kind, since: null, sentence, next: [] }
}

function evicting ({ evicts }: Safety): Finding | null {
  if (evicts === null) return null
  return about('redis_evicts', 'critical', 'redis drops jobs without a word when its memory is ' +
    `full: set maxmemory-policy noeviction (it is ${evicts})`)
}

function volatile ({ appendOnly }: Safety): Finding | null {
  if (appendOnly) return null
  const sentence = 'redis has no append-only file, and loses jobs when it is killed: set ' +
    'appendonly yes'
  return about('redis_volatile', 'warning', sentence)
}

function memoryShort ({ used, limit }: Memory): Finding | null {
  if (limit === 0 || used / limit < nearlyFull) return null
  const percent = Math.round(used / limit * 100)
  return about('redis_memory', used / limit >= full ? 'critical' : 'warning',
    `redis uses ${percent} % of its memory (${used} of ${limit} bytes); when it is full, pushes ` +
    'are refused')
}

function unwritable ({ writable }: Memory): Finding | null {
  if (writable) return null
  return about('redis_disk', 'critical', 'redis cannot write to its disk: its log says why')
}
