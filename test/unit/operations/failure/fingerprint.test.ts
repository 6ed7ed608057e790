import { test } from 'tap'
import { fingerprintOf, withoutNames } from '../../../../operations/failure/fingerprint.ts'

const of = (type: string, message: string): string =>
  fingerprintOf(JSON.stringify({ type, message }))

test('errors that differ in numbers, quoted words, addresses and ids are of one kind', t => {
  const pairs = [
    ['no user 42', 'no user 7'],
    ["cannot read 'a b' of null", "cannot read 'length' of null"],
    ['no "x"', 'no ""'],
    ['no `x`', 'no `y z`'],
    ['job 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone', 'job 9 is gone'],
    ['at 0xdeadbeef', 'at 0x1'],
    ['commit deadbeefcafe', 'commit cafedeadbeef'],
    ['to bob@example.com', 'to ann+x@mail.example.org'],
    ['connect 10.0.0.1:5432', 'connect 127.0.0.1:80'],
    ['after 1.5 s', 'after 30 s'],
    ['worker w17', 'worker w2']
  ] as const
  for (const [one, other] of pairs) t.equal(of('E', one), of('E', other), one)
  t.end()
})

test('errors of other types and other words are of other kinds', t => {
  const all = [
    of('E', 'no user'), of('F', 'no user'), of('E', 'no users'), of('', 'no user'), of('E', ''),
    of('E', "can't read the user's name"), of('E', "can't write the user's name"),
    fingerprintOf(undefined), fingerprintOf('{"fingerprint":"a"}'),
    fingerprintOf('{"fingerprint":"b"}')
  ]
  t.equal(new Set(all).size, all.length)
  for (const one of all) t.match(one, /^[0-9a-f]{12}$/)
  t.end()
})

test('the fingerprint of the worker decides, whatever else it says', t => {
  const own = (message: string) => fingerprintOf(JSON.stringify({ message, fingerprint: 'x' }))
  t.equal(own('a'), own('b'))
  t.not(fingerprintOf('{"message":"a","fingerprint":7}'), own('a'), 'a number is none')
  t.equal(fingerprintOf('{"message":"a","fingerprint":""}'), fingerprintOf('{"message":"a"}'))
  t.equal(fingerprintOf('{"message":{"a":1},"type":null}'), fingerprintOf(undefined))
  t.end()
})

test('a long message takes no longer than its length', t => {
  const begun = performance.now()
  for (const letter of ["'", 'a', '1', '#', '@', 'a@', '.', '"\'`', '\u00e4', 'f']) {
    withoutNames(letter.repeat(60_000))
  }
  t.ok(performance.now() - begun < 1000)
  t.end()
})
