import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test, type Test } from 'tap'
import { listen } from '../../support/server/app.ts'

const folder = fileURLToPath(new URL('../../../bench/workers', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0

/** Lets a program of the race do two rounds on a presque of its own; what it printed. */
async function rounds (t: Test, command: string, ...args: string[]): Promise<string> {
  const { url } = await listen(t)
  const child = execFile(command, [...args, url])
  let said = ''
  for (const output of [child.stdout!, child.stderr!]) {
    output.on('data', text => {
      said += String(text)
    })
  }
  child.stdin!.end('300 1\n70 8\n')
  await once(child, 'close')
  return said
}

const twice = /^took [\d.e-]+\ntook [\d.e-]+\n$/

test('the TypeScript worker of the race ends all jobs of a round, and says how long it took',
  async t => {
    const program = `${folder}/presque.ts`
    t.match(await rounds(t, process.execPath, '--import', 'tsx', program), twice)
  })

const skip = hasPython ? false : 'there is no python3 on this machine'

test('so does the Python worker of the race', { skip }, async t => {
  t.match(await rounds(t, 'python3', '-B', `${folder}/presque_worker.py`), twice)
})
