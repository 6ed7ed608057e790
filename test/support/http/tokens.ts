import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { mint } from '../../../operations/access/token.ts'
import type { Token } from '../../../schemas/access.ts'

/** A file of tokens of this test alone, and the secret of each by its name. */
export function tokenFile (
  t: Test,
  ...wanted: Array<Omit<Token, 'sha256'>>
): {
    path: string
    secrets: Record<string, string>
    rewrite(...again: Array<Omit<Token, 'sha256'>>): void
  } {
  const folder = mkdtempSync(join(tmpdir(), 'presque-tokens-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'tokens.json')
  const secrets: Record<string, string> = {}
  const rewrite = (...all: Array<Omit<Token, 'sha256'>>): void => {
    const tokens = all.map(one => {
      const { secret, token } = mint(one)
      secrets[one.name] = secret
      return token
    })
    writeFileSync(path, JSON.stringify({ tokens }), { mode: 0o600 })
  }
  rewrite(...wanted)
  return { path, secrets, rewrite }
}

export const bearer = (secret: string | undefined): Record<string, string> =>
  secret === undefined ? {} : { authorization: `Bearer ${secret}` }
