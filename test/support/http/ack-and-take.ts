import type { Test } from 'tap'
import { client, type Client } from './http-client.ts'

export interface Held {
  id: string
  receipt: string
  attempt: number
  expires: number
  payload: unknown
}
export interface Said {
  outcomes: Array<Record<string, unknown>>
  jobs: Held[]
}

export interface Queue extends Client {
  /** Leases that many jobs. */
  hold: (count: number) => Promise<Held[]>
  /** Acks and nacks those, and takes. */
  settle: (jobs: unknown[], query?: string) => Promise<Said>
}

export async function queueOf (t: Test, count: number): Promise<Queue> {
  const found = await client(t)
  const { says, ask } = found
  const jobs = Array.from({ length: count }, (_, i) => `{"n": ${i + 1}}`)
  await says(201, '', 'POST /qb/mail', `{"jobs":[${jobs.join(',')}]}`)
  return {
    ...found,
    hold: async most => (await ask(`GET /qb/mail?lease=30&batch_size=${most}`)).json(),
    settle: async (jobs, query = '') => {
      const answer = await ask(`POST /qb/mail/ack?next=1${query}`, JSON.stringify({ jobs }))
      t.equal(answer.statusCode, 200, answer.body)
      return answer.json()
    }
  }
}

export const proof = ({ id, receipt }: Held) => ({ id, receipt })
export const error = { message: 'no such address' }
