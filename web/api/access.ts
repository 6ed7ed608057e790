import { access } from '../state/access.ts'
import { json } from './server.ts'

/** Learns what the token of this page may do. Without an answer all buttons stay enabled. */
export async function learnAccess (): Promise<void> {
  access.value = await json<typeof access.value>('/access').catch(() => null)
}
