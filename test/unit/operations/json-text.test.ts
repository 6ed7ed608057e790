import { test } from 'tap'
import { elementTexts } from '../../../operations/json-text.ts'
import { anyJson, spaces, strings } from '../../support/random-json.ts'
import { payloads } from '../../support/http/payloads.ts'
import { Random } from '../../support/random.ts'

test('elementTexts() gives each element as it is written', async t => {
  const all: Array<[string, string[]]> = [
    ['{"jobs":[]}', []],
    [' { "jobs" : [ ] } ', []],
    ['{"jobs":[{}]}', ['{}']],
    ['\n{"jobs"\t:\r\n[ { "a" : 1 } ,{}\n, {"b":[1, 2]}]}', ['{ "a" : 1 }', '{}', '{"b":[1, 2]}']],
    ['{"jobs":[1,"a",null,true,-1.50e+3,[ ]]}', ['1', '"a"', 'null', 'true', '-1.50e+3', '[ ]']],
    ['{"jobs":["]",",","\\"","\\\\"," "]}', ['"]"', '","', '"\\""', '"\\\\"', '" "']],
    ['{"a":1,"jobs":[{}],"b":{"jobs":[1]}}', ['{}']],
    ['{"b":{"jobs":[1]},"a":"jobs","jobs":[{}]}', ['{}']]
  ]
  for (const [text, elements] of all) t.strictSame(elementTexts(text, 'jobs'), elements, text)
})

test('elementTexts() takes the last member of that name, however it is written', async t => {
  t.strictSame(elementTexts('{"jobs":[1],"jobs":[2]}', 'jobs'), ['2'])
  t.strictSame(elementTexts('{"jobs":[1],"\\u006aobs":[2]}', 'jobs'), ['2'])
  t.strictSame(elementTexts('{"\\u006Aobs":[1],"jobs":[2],"JOBS":[3]}', 'jobs'), ['2'])
  t.strictSame(elementTexts('{"\\"jobs":[1],"jobs\\\\":[2],"":[3]}', ''), ['3'])
  t.strictSame(elementTexts('{"a":[1]}', 'jobs'), [])
})

test('elementTexts() keeps every odd payload', async t => {
  const all = Object.values(payloads)
  t.strictSame(elementTexts(`{"jobs":[${all.join(' ,\n')}]}`, 'jobs'), all)
})

test('elementTexts() is not slow for a text that is made to be so', async t => {
  const million = 1_000_000
  const since = performance.now()
  const hard = [
    `"${'\\\\'.repeat(million)}"`,
    `"${'\\"'.repeat(million)}"`,
    `${'['.repeat(million)}${']'.repeat(million)}`,
    ' '.repeat(million) + '1',
    `"${'['.repeat(million)}"`
  ]
  t.strictSame(
    elementTexts(`{"jobs":[${hard.join()}]}`, 'jobs'),
    hard.map(text => text.trim())
  )
  t.ok(performance.now() - since < 5000)
})

const random = new Random()

test('elementTexts() agrees with JSON.parse on whatever JSON, ' +
  `FUZZ_SEED=${random.seed}`, async t => {
  let wrong = 0
  for (let round = 0; round < 5000 && wrong < 5; round++) {
    const members = Array.from(
      { length: random.below(3) },
      () => `"${random.pick(strings)}":${anyJson(random, 3)}`
    )
    const space = () => random.pick(spaces)
    const element = () => space() + anyJson(random, 4) + space()
    const array = `[${Array.from({ length: random.below(4) }, element).join()}]`
    const all = [...members, `"jobs"${space()}:${space()}${array}`]
    const text = `{${all.join(random.pick([',', ' , ']))}}`
    const texts = elementTexts(text, 'jobs')
    const agrees =
      JSON.stringify(texts.map(one => JSON.parse(one))) === JSON.stringify(JSON.parse(text).jobs) &&
      texts.every(one => one === one.trim() && array.includes(one))
    if (!agrees) t.fail(text, { texts, round: wrong++ })
  }
  t.equal(wrong, 0)
})
