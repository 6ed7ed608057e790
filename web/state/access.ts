import { signal } from '@preact/signals'
import type { Static } from '@sinclair/typebox'
import type { GetAccess, Role } from '../../schemas/access.ts'

/** What the token of this page may do. */
export type Access = Static<typeof GetAccess.response[200]>

/** null until the server has answered. */
export const access = signal<Access | null>(null)

/** Why this page may not act in a role, or null if it may. */
export function whyForbidden (role: Role): string | null {
  if (access.value === null || access.value.roles.includes(role)) return null
  const { name, roles } = access.value
  return `The token “${name}” does not have the role ${role}: it has ${roles.join(', ') || 'none'}`
}
