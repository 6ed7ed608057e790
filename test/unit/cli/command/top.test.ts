import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { main } from '../../../../cli/main.ts'
import { ear, presque } from '../../../support/server/command.ts'
import { until } from '../../../support/until.ts'
import { listen } from '../../../support/server/app.ts'

/** `presque top` on a terminal whose keys the test presses. */
function top (url: string, ...args: string[]) {
  const raw: boolean[] = []
  const setRawMode = (on: boolean) => {
    raw.push(on)
  }
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode })
  const output = ear(true)
  const env = { ...process.env, PRESQUE_URL: url, PRESQUE_TOKEN: '' }
  const ended = main(['top', ...args], { env, input, output, errors: ear(true) })
  const queues = () =>
    output.text
      .split('\u001b[H')
      .at(-1)!
      .match(/^[ab] /gm)
      ?.join('')
      .trimEnd()
  return { raw, input, output, ended, queues }
}

test('top sorts by the column that is named or pressed for, and ends by q', async t => {
  const { url } = await listen(t)
  await presque(url, ['push', 'a', '{}'])
  await presque(url, ['push', 'a', '{}', '--delay', '60'])
  await presque(url, ['push', 'b', '{}'])
  await presque(url, ['push', 'b', '{}'])
  const { raw, input, output, ended, queues } = top(url)
  await until('the queues are there', () => queues() === 'a b')
  input.write('s')
  await until('the longest is first', () => queues() === 'b a')
  t.match(output.text, /by waiting \(s: next\), q: end/)
  input.write('xs')
  await until('that with most delayed jobs is first', () => queues() === 'a b')
  t.strictSame(raw, [true], 'keys come as they are pressed')
  input.write('q')
  t.equal(await ended, 0)
  t.strictSame(raw, [true, false], 'the terminal is as it was')
})

test('top --sort takes every column', async t => {
  const { url } = await listen(t)
  for (const job of ['{"n":1}', '{"n":2}']) await presque(url, ['push', 'b', job])
  await presque(url, ['push', 'a', '{}'])
  const orders = 'queue waiting delayed retrying active failed oldest in out'.split(' ')
  for (const order of orders) {
    const { input, ended, queues } = top(url, '--sort', order)
    const first = ['waiting', 'oldest'].includes(order) ? 'b a' : 'a b'
    await until(`sorted by ${order}`, () => queues() === first)
    input.write('q')
    t.equal(await ended, 0, order)
  }
})
