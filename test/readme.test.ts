import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { test } from 'tap'
import { listen } from './helper.ts'

const run = promisify(execFile)

interface Example { command: string, answer: string }

/** The commands of all ```console blocks, each with the lines that follow it. */
function examples (markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(match => match[1]!)
  return blocks.flatMap(block => block.split(/^\$ /m).slice(1)).map(text => {
    const [command = '', ...answer] = text.trimEnd().split('\n')
    return { command, answer: answer.join('\n') }
  })
}

/** What differs from one run to the next, made the same. */
function steady (text: string): string {
  return text.replaceAll(/\d-[0-9a-f]{16}(-[0-9a-z]{8})?/g, 'RECEIPT').replaceAll(/\d{10}\.\d+/g, 'TIME')
}

/** With -i the reader is shown only some of the head: those lines, as they were in the answer. */
function headers (answer: string, shown: string): string {
  const names = shown.split('\n').map(line => line.split(/[: ]/, 1)[0]!)
  return steady(answer.split('\r\n').filter(line => names.some(name => line.startsWith(name))).join('\n'))
}

test('every example of the README answers what it says', async t => {
  const { url } = await listen(t)
  const all = examples(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))
  t.ok(all.length >= 18, `${all.length} examples`)
  for (const { command, answer } of all) {
    const { stdout } = await run('sh', ['-c', command.replaceAll('http://localhost:5000', url).replace(/^curl /, 'curl -sS ')])
    t.equal(...command.includes(' -i ') ? [headers(stdout, answer), steady(answer)] as const : [stdout, answer] as const, command)
  }
})
