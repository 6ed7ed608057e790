import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { output, root } from './child.ts'
import { say } from './say.ts'

/** Installs BullMQ where it is not yet. Resolves with why it cannot be had, if so. */
export async function installed (): Promise<string | undefined> {
  if (existsSync(join(root, 'bench/node_modules/bullmq'))) return
  say('bullmq: installing its packages into bench/node_modules (npm ci --prefix bench)')
  try {
    await output('npm', ['ci', '--prefix', 'bench', '--no-audit', '--no-fund'])
  } catch (error) {
    return `npm ci --prefix bench failed: ${(error as Error).message.trim().split('\n')[0]}`
  }
}
