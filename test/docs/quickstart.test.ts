import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { queueStatus } from '../../operations/queue.ts'
import { place } from '../fixtures/presque.ts'
import { listen } from '../helper.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const page = readFileSync(at('docs/quickstart.md'), 'utf8')

// What runs a block of that language, and what it says.
const languages = {
  sh: { command: ['sh'], says: /^\{"to":"ann"\}$/ },
  bash: { command: ['bash'], says: /^sending \{"to":"ann"\}\n$/ },
  ts: { command: [process.execPath, '--import', import.meta.resolve('tsx')], says: /^\{ sent: 'ann' \}\n$/ },
  python: { command: ['python3', '-B'], says: /^\{'sent': 'ann'\}\n$/ },
  go: { command: ['go', 'run'], says: /^\{"sent":"ann"\} <nil>\n$/ }
}

test('every quick start has a test', async t => {
  t.strictSame([...page.matchAll(/^```(\w+)$/gm)].map(([, language]) => language), Object.keys(languages))
})

for (const [language, { command: [program, ...flags], says }] of Object.entries(languages)) {
  const skip = spawnSync(program!, ['--version']).error ? `there is no ${program} on this machine` : false
  test(`the quick start in ${language} does what it says`, { skip }, async t => {
    const { app, url } = await listen(t)
    const cwd = place(t)
    const code = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(page)![1]!
    if (language === 'go') writeFileSync(join(cwd, 'go.mod'), `module start\n\ngo 1.21\n\nrequire presque v0.0.0\n\nreplace presque => ${at('clients/go')}\n`)
    const file = join(cwd, language === 'ts' ? 'start.mts' : `start.${language}`)
    writeFileSync(file, code.replaceAll('http://127.0.0.1:5000', url).replace("'presque/client'", `'${at('client/presque.ts')}'`))
    const env = { ...process.env, NODE_OPTIONS: '', PYTHONPATH: at('clients/python'), GOTOOLCHAIN: 'local', GOPROXY: 'off', GOWORK: 'off', GOFLAGS: '' }
    const { stdout } = await promisify(execFile)(program!, [...flags, file], { cwd, env, timeout: 60_000 })
    t.match(stdout, says)
    t.match(await queueStatus(app.redis, 'mail'), { counts: { waiting: 0, active: 0, failed: 0 }, processed: 1 })
  })
}
