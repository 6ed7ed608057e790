import { test } from 'tap'
import { elements, elementsOf, members } from '../../../client/json-text.ts'
import { elementTexts, memberText } from '../../../operations/json-text.ts'
import { anyJson, spaces, strings } from '../../support/random-json.ts'
import { payloads } from '../../support/http/payloads.ts'
import { Random } from '../../support/random.ts'

test('elements() and members() give each value as it is written', async t => {
  t.strictSame(elements(' [ ] '), [])
  t.strictSame(elements('\n[1,"a",null,true,-1.50e+3,[ ] ,{ "a" : 1 }\n]'), [
    '1',
    '"a"',
    'null',
    'true',
    '-1.50e+3',
    '[ ]',
    '{ "a" : 1 }'
  ])
  t.strictSame(elements('["]",",","\\"","\\\\"," "]'), ['"]"', '","', '"\\""', '"\\\\"', '" "'])
  t.strictSame([...members('{ }')], [])
  t.strictSame(
    [...members(' { "a" : 1.0 , "b\\"":{"a":[2]}}')],
    [
      ['a', '1.0'],
      ['b"', '{"a":[2]}']
    ]
  )
  t.strictSame(
    [...members('{"jobs":[1],"\\u006aobs":[2]}')],
    [['jobs', '[2]']],
    'of equal names the last'
  )
  t.strictSame(elementsOf('{"size":2,"jobs":[{},{ }]}', 'jobs'), ['{}', '{ }'])
  t.strictSame(elementsOf('{"size":2}', 'jobs'), [])
})

test('elements() keeps every odd payload', async t => {
  const all = Object.values(payloads)
  t.strictSame(elements(`[${all.join(' ,\n')}]`), all)
})

test('a text that ends too early is read to its end', async t => {
  for (const text of ['', '[', '[1,', '["a', '[{"a":[', '["\\']) {
    t.ok(elements(text).length < 3, text)
  }
  for (const text of ['', '{', '{"a"', '{"a":', '{"a":{']) t.ok(members(text).size < 2, text)
})

const random = new Random()

test(`client and server slice JSON alike, FUZZ_SEED=${random.seed}`, async t => {
  for (let round = 0; round < 3000; round++) {
    const some = Array.from({ length: random.below(4) }, () => {
      return `"${random.pick(strings)}"${random.pick(spaces)}:${anyJson(random, 3)}`
    })
    const array = `[${Array.from({ length: random.below(4) }, () => anyJson(random, 4)).join()}]`
    const text = `{${[...some, `"jobs"${random.pick(spaces)}:${array}`].join(' , ')}}`
    const found = members(text)
    if (elementsOf(text, 'jobs').join('\0') !== elementTexts(text, 'jobs').join('\0')) {
      return t.fail(text)
    }
    if ([...found].some(([name, value]) => memberText(text, name) !== value)) return t.fail(text)
    if (JSON.stringify([...found.keys()]) !== JSON.stringify(Object.keys(withOrder(text)))) {
      return t.fail(text)
    }
  }
})

// An object of JavaScript sorts names that are numbers; none of these names is one.
const withOrder = (text: string): object => JSON.parse(text)
