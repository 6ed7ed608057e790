import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { listen } from '../helper.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const [client, check] = [path('../../clients/go'), path('go')]
const skip = spawnSync('go', ['version']).status === 0 ? false : 'there is no Go on this machine'

// What is here has to do: neither another toolchain nor a module is fetched.
const env = { ...process.env, GOTOOLCHAIN: 'local', GOPROXY: 'off', GOFLAGS: '', GOWORK: 'off' }

async function go (cwd: string, command: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd, env })).stdout
}

test('the Go client is formatted and vetted', { skip }, async t => {
  t.equal(await go(client, 'gofmt', '-l', client, check), '')
  await go(client, 'go', 'vet', '.')
  await go(check, 'go', 'vet', '.')
})

test('the Go client pushes, takes, repeats what it may, and its worker keeps, loses and finishes jobs', { skip }, async t => {
  const { url } = await listen(t)
  t.equal(await go(check, 'go', 'run', '.', url), 'all good\n')
})
