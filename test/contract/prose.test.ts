import { test } from 'tap'
import { commands } from '../../cli/commands.ts'
import { errors } from '../../operations/errors.ts'
import { build } from '../support/server/app.ts'
import { pages, sources, withoutSessions } from './docs/markdown.ts'
import {
  commentLines,
  countWords,
  isHeld,
  isTooLong,
  most,
  partOf,
  proseLines,
  riddlesIn,
  riddleWords,
  sentences,
  textsBelow,
  titles
} from './docs/prose.ts'

const all = pages().filter(isHeld)

test('a sentence of the docs has fewer than 25 words', async t => {
  t.ok(all.length > 25, `${all.length} pages`)
  for (const path of all) {
    const long = sentences(path).filter(({ text }) => countWords(text) > most.words)
    t.strictSame(
      long.map(({ number, text }) => `${path}:${number}: ${text}`),
      [],
      path
    )
  }
})

test('no word of the docs makes a reader guess', async t => {
  for (const path of all) t.strictSame(riddlesIn(path, proseLines(path)), [], path)
})

test('no word of a comment makes a reader guess', async t => {
  const done = sources()
  t.ok(done.length > 600, `${done.length} files`)
  for (const path of done) t.strictSame(riddlesIn(path, commentLines(path)), [], path)
})

test('no word of the title of a test makes a reader guess', async t => {
  const files = sources().filter(path => path.endsWith('.test.ts'))
  const count = files.flatMap(titles).length
  t.ok(count > 1000, `${count} titles`)
  for (const path of files) t.strictSame(riddlesIn(path, titles(path)), [], path)
})

test('no word of the OpenAPI document makes a reader guess', async t => {
  const texts = textsBelow(['summary', 'description'], (await build(t)).swagger())
  t.ok(texts.length > 400, `${texts.length} texts`)
  for (const text of new Set(texts)) t.strictSame(riddleWords(text), [], text)
})

test('no word of an error makes a reader guess', async t => {
  for (const RequestError of Object.values(errors)) {
    const { message } = new RequestError()
    t.strictSame(riddleWords(message), [], message)
  }
})

test('no word of the help of a command makes a reader guess', async t => {
  for (const { about, load } of Object.values(commands)) {
    const { options, positionals, examples } = (await load()).default
    const help = textsBelow(['description'], { options, positionals })
    for (const text of [about, ...help, ...examples.map(([, does]) => does)]) {
      t.strictSame(riddleWords(text), [], text)
    }
  }
})

test('a line of the docs has 100 columns at most, but for tables and sessions', async t => {
  for (const path of all) {
    const lines = withoutSessions(partOf(path)).split('\n')
    const long = lines.flatMap((text, i) => (isTooLong(text) ? [`${path}:${i + 1}`] : []))
    t.strictSame(long, [], path)
  }
})
