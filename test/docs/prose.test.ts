import { test } from 'tap'
import { pages, sources, withoutSessions } from './markdown.ts'
import {
  commentLines, countWords, held, heldComments, isTooLong, most, partOf, proseLines, riddlesIn,
  sentences
} from './prose.ts'

const all = pages().filter(path => held.some(place => path.startsWith(place)))

test('a sentence of the docs has fewer than 25 words', async t => {
  t.ok(all.length > 25, `${all.length} pages`)
  for (const path of all) {
    const long = sentences(path).filter(({ text }) => countWords(text) > most.words)
    t.strictSame(long.map(({ number, text }) => `${path}:${number}: ${text}`), [], path)
  }
})

test('no word of the docs makes a reader guess', async t => {
  for (const path of all) t.strictSame(riddlesIn(path, proseLines(path)), [], path)
})

test('no word of a comment makes a reader guess, in the folders that are done', async t => {
  const done = sources().filter(path => heldComments.some(place => path.startsWith(place)))
  t.ok(done.length > 10, `${done.length} files`)
  for (const path of done) t.strictSame(riddlesIn(path, commentLines(path)), [], path)
})

test('a line of the docs has 100 columns at most, but for tables and sessions', async t => {
  for (const path of all) {
    const lines = withoutSessions(partOf(path)).split('\n')
    const long = lines.flatMap((text, i) => isTooLong(text) ? [`${path}:${i + 1}`] : [])
    t.strictSame(long, [], path)
  }
})
