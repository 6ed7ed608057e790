import { test } from 'tap'
import { pages, withoutCode } from './markdown.ts'
import { countWords, held, isTooLong, most, partOf, proseLines, riddles, sentences } from './prose.ts'

const all = pages().filter(path => held.some(place => path.startsWith(place)))

test('a sentence of the docs has fewer than 25 words', async t => {
  t.ok(all.length > 10, `${all.length} pages`)
  for (const path of all) {
    const long = sentences(path).filter(({ text }) => countWords(text) > most.words)
    t.strictSame(long.map(({ number, text }) => `${path}:${number}: ${countWords(text)}: ${text}`), [], path)
  }
})

test('no word of the docs makes a reader guess', async t => {
  for (const path of all) {
    const found = proseLines(path).flatMap(({ number, text }) => {
      return riddles.flatMap(riddle => new RegExp(riddle, 'i').exec(text)?.[0] ?? []).map(word => `${path}:${number}: ${word}`)
    })
    t.strictSame(found, [], path)
  }
})

test('a line of the docs has 100 columns at most, but for tables and code', async t => {
  for (const path of all) {
    const lines = withoutCode(partOf(path)).split('\n')
    const long = lines.flatMap((text, i) => isTooLong(text) ? [`${path}:${i + 1}`] : [])
    t.strictSame(long, [], path)
  }
})
