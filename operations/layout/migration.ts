import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'

/** How the data of all queues goes from one layout to the next, in small steps, while all serve. */
export interface Migration {
  /** The layout to which it leads: one more than that of the migration before it. */
  to: number
  /**
   * Converts a few entries of a queue, from a cursor on ('0' at first), in one script call.
   * Resolves to the next cursor, '0' at the end. A step may be done twice: after a crash, or by a
   * server that stood still.
   */
  step (redis: RedisClient, queue: string, cursor: string, limit: number): Promise<string>
}

const moveReports = script<string>('move_reports')
const movePlain = script<string>('move_plain')

/**
 * All of them, in order. A Redis that names no layout has layout 1. A server that begins to write a
 * new layout goes on reading the old one: others migrate while it serves.
 */
export const migrations: Migration[] = [
  // Errors and progress lie apart from what takes, promotions and lists read.
  {
    to: 2,
    async step (redis, queue, cursor, limit) {
      return await moveReports(redis, queue, { cursor, limit })
    }
  },
  // A plain job that waits is one entry of a list of its own.
  {
    to: 3,
    async step (redis, queue, _, limit) {
      return await movePlain(redis, queue, { limit })
    }
  }
]

/** The layout to which migrations lead; 1 without any. */
export function lastLayout (all: Migration[] = migrations): number {
  return all.at(-1)?.to ?? 1
}
