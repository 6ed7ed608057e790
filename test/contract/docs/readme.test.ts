import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { place } from '../../support/redis/private-redis.ts'
import { listen } from '../../support/server/app.ts'

const run = promisify(execFile)
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const page = (path: string): string => readFileSync(at(path), 'utf8')

interface Example {
  command: string
  answer: string
}

/** The commands of all ```console blocks, each with the lines that follow it. */
function examples (markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(match => match[1]!)
  return blocks
    .flatMap(block => block.split(/^\$ /m).slice(1))
    .map(text => {
      const [command = '', ...answer] = text.trimEnd().split('\n')
      return { command, answer: answer.join('\n') }
    })
}

/** The text without the parts that differ from one run to the next. */
function steady (text: string): string {
  return text
    .replaceAll(/\d-[0-9a-f]{16}(-[0-9a-z]{8})?/g, 'RECEIPT')
    .replaceAll(/\d{10}\.\d+/g, 'TIME')
}

/** With -i the page shows only some lines of the head: those, as they were in the answer. */
function headers (answer: string, shown: string): string {
  const names = shown.split('\n').map(line => line.split(/[: ]/, 1)[0]!)
  const isShown = (line: string) => names.some(name => line.startsWith(name))
  return steady(answer.split('\r\n').filter(isShown).join('\n'))
}

for (const [path, least] of [
  ['README.md', 3],
  ['docs/guide/tour.md', 18]
] as const) {
  test(`every example of ${path} answers what it says`, async t => {
    const { url } = await listen(t)
    const all = examples(page(path))
    t.ok(all.length >= least, `${all.length} examples`)
    const cwd = place(t)
    for (const { command, answer } of all) {
      const line = command.replaceAll('http://localhost:5000', url).replace(/^curl /, 'curl -sS ')
      const { stdout } = await run('sh', ['-c', line], { cwd })
      if (command.includes(' -i ')) t.equal(headers(stdout, answer), steady(answer), command)
      else t.equal(stdout, answer, command)
    }
  })
}

test('the quick start of the README acknowledges its job', async t => {
  const { url } = await listen(t)
  const cwd = place(t)
  for (const { command } of examples(page('README.md'))) {
    await run('sh', ['-c', command.replaceAll('http://localhost:5000', url)], { cwd })
  }
  t.match(await (await fetch(`${url}/status/mail`)).json(), { processed: 1, counts: { active: 0 } })
})

test('the worker of the README hands over its result, and ends on SIGTERM', async t => {
  const { url } = await listen(t)
  const code = /^```ts\n(.*?)^```$/ms.exec(page('README.md'))![1]!
  const file = join(place(t), 'worker.mts')
  const local = code.replace('http://localhost:5000', url)
  writeFileSync(file, local.replace("'presque/client'", `'${at('client/client.ts')}'`))
  const env = { ...process.env, NODE_OPTIONS: '' }
  const args = ['--import', import.meta.resolve('tsx'), file]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', body: '{"to":"ann"}', headers }
  const answer = await fetch(`${url}/q/mail?wait=30`, request)
  t.same(await answer.json(), { sent: true })
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})
