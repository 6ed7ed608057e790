import { Box, useBox } from './box.ts'
import { json } from '../api/server.ts'

/** What the token of this page may do; null where the server asks for none. */
export interface Access { name: string, roles: string[], queues: string[] }

export const access = new Box<Access | null>(null)

/** Asks what the token may do. A server that knows no tokens lets everybody do everything. */
export async function learnAccess (): Promise<void> {
  access.value = await json<Access>('/access').catch(() => null)
}

export type Role = 'manage' | 'produce' | 'read'

/** Why this page may not, or null when it may. */
export function useRefusal (role: Role): string | null {
  const known = useBox(access)
  if (known === null || known.roles.includes(role)) return null
  return `The token “${known.name}” does not have the role ${role}: it has ${known.roles.join(', ') || 'none'}`
}
