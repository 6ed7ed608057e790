import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { listen } from '../../support/server/app.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const [client, check] = [path('../../../clients/go'), path('go')]
const skip = spawnSync('go', ['version']).status === 0 ? false : 'there is no Go on this machine'

// The installed Go has to do: neither another toolchain nor a module is fetched. It needs no C
// compiler, and need not run fast: on a new machine Go compiles its own library for this.
const cheap = "-p=2 '-gcflags=all=-N -l' -ldflags=-w"
const env = {
  ...process.env,
  GOTOOLCHAIN: 'local',
  GOPROXY: 'off',
  GOWORK: 'off',
  CGO_ENABLED: '0',
  GOFLAGS: cheap
}

async function run (cwd: string, command: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd, env })).stdout
}

test('the Go client is formatted', { skip }, async t => {
  t.equal(await run(client, 'gofmt', '-l', client, check), '')
})

test(
  'the Go client pushes, takes, repeats what it may, and its worker keeps, loses and finishes jobs',
  { skip },
  async t => {
    const { url } = await listen(t)
    t.equal(await run(check, 'go', 'run', '.', url), 'all good\n')
  }
)
