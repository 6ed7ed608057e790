import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mint } from '../../../operations/access/token.ts'
import type { Role } from '../../../schemas/access.ts'
import { freePort } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'

// Asks servers all that the OpenAPI document allows, and much that it does not, by schemathesis:
// does each answer stand in the document? A process and a server for each phase, for a phase that
// follows another in the same time would not begin.
const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    program: { type: 'string', default: 'schemathesis' },
    access: { type: 'string', default: 'none,all,read' },
    keep: { type: 'string', default: '' }
  }
})

const here = fileURLToPath(new URL('./', import.meta.url))
const home = fileURLToPath(new URL('../../../', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'presque-openapi-'))
const roles: Record<string, Role[]> = {
  all: ['produce', 'consume', 'manage', 'read'],
  read: ['read']
}
// Fuzzing and stateful testing begin again until the time is over: a round of few examples reaches
// each operation in it.
const phases = [
  { phases: 'examples,coverage', examples: '30' },
  { phases: 'fuzzing', examples: '10' },
  { phases: 'stateful', examples: '3' }
]

const servers: ChildProcess[] = []
const runs = given.access.split(',').flatMap(access => phases.map(part => ({ access, ...part })))
const outcomes = await Promise.all(runs.map(check)).finally(end)
for (const { name, code, report } of outcomes) {
  const told = code === 0 ? /^=+ SUMMARY =+$[\s\S]*/m.exec(report)?.[0] : report
  console.log(
    `\n### ${name}: ${code === 0 ? 'all as documented' : `exit code ${code}`}\n${told ?? report}`
  )
}
process.exitCode = outcomes.every(({ code }) => code === 0) ? 0 : 1

interface Run {
  access: string
  phases: string
  examples: string
}

async function check ({ access, phases, examples }: Run) {
  const name = `${phases}, token: ${access}`
  const { url, headers } = await serve(access)
  const args = [
    'run',
    `${url}/openapi.json`,
    '--checks',
    'all',
    '--no-color',
    '--max-time',
    given.seconds,
    '--phases',
    phases,
    '--max-examples',
    examples,
    ...headers
  ]
  const child = spawn(given.program, args, { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] })
  child.once('error', () => console.error(`no ${given.program}: pip install schemathesis`))
  const [report] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (given.keep !== '') writeFileSync(join(given.keep, `${access}-${phases}.txt`), report)
  return { name, code: child.exitCode, report }
}

async function serve (access: string) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { secret, token } = mint({ name: access, roles: roles[access] ?? [], queues: ['*'] })
  const file = join(place, `${port}.tokens.json`)
  writeFileSync(file, JSON.stringify({ tokens: [token] }), { mode: 0o600 })
  const env = {
    ...process.env,
    PORT: String(port),
    PRESQUE_DATA: join(place, String(port)),
    PRESQUE_TOKENS: access === 'none' ? '' : file,
    PRESQUE_MAX_WAIT: '1',
    LOG_LEVEL: 'error',
    REDIS_URL: ''
  }
  servers.push(
    spawn(process.execPath, ['dist/cli/serve.js'], {
      cwd: home,
      env,
      stdio: ['ignore', 'inherit', 'ignore']
    })
  )
  await until(
    'it serves',
    async () =>
      await fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false
      ),
    60_000
  )
  return { url, headers: access === 'none' ? [] : ['--header', `Authorization: Bearer ${secret}`] }
}

async function end () {
  const ended = servers.map(async server => server.exitCode ?? (await once(server, 'exit')))
  for (const server of servers) server.kill()
  await Promise.all(ended)
  rmSync(place, { recursive: true, force: true })
}
