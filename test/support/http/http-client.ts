import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Answer } from 'fastify'
import type { Test } from 'tap'
import type { Config } from '../../../schemas/config.ts'
import { build } from '../server/app.ts'

type Headers = Record<string, string>
type Body = string | Buffer

/** As the clients of 2010: with every request, whether it has a body or not. */
export const json: Headers = { 'content-type': 'application/json' }

export interface Client {
  app: FastifyInstance
  /** Asks for 'METHOD /path'. */
  ask(line: string, body?: Body, headers?: Headers): Promise<Answer>
  /** Asks, and the answer must be exactly that: `said` is its text, or what its JSON means. */
  says(status: number, said: unknown, line: string, body?: Body, headers?: Headers): Promise<void>
  /** Asks, and the answer must be that error. */
  refuses(
    status: number,
    sentence: string,
    line: string,
    body?: Body,
    headers?: Headers
  ): Promise<void>
}

/** A presque of this test alone, and ways to ask it that check what holds for every answer. */
export async function client (t: Test, config: Partial<Config> = {}): Promise<Client> {
  const app = await build(t, config)

  async function ask (line: string, body?: Body, headers = json): Promise<Answer> {
    const [method, url] = line.split(' ') as [InjectOptions['method'] & string, string]
    const answer = await app.inject({
      method,
      url,
      headers,
      ...(body !== undefined && { payload: body })
    })
    t.equal(answer.headers['cache-control'], 'no-store', `${line}: stored nowhere on the way`)
    return answer
  }

  async function says (
    status: number,
    said: unknown,
    line: string,
    body?: Body,
    headers?: Headers
  ): Promise<void> {
    const answer = await ask(line, body, headers)
    t.equal(answer.statusCode, status, `${line} ${shown(body)} -> ${shown(answer.body)}`)
    if (typeof said === 'string') t.equal(answer.body, said, line)
    else t.strictSame(answer.json(), said, line)
    if (said === '') {
      t.equal(
        answer.headers['content-length'],
        status === 204 ? undefined : '0',
        `${line}: its length`
      )
    } else t.match(answer.headers['content-type'], /^application\/json(;|$)/, `${line}: its type`)
  }

  const refuses: Client['refuses'] = (status, sentence, ...request) =>
    says(status, JSON.stringify({ error: sentence }), ...request)
  return { app, ask, says, refuses }
}

// In ASCII: some characters end a line of tap's output.
function shown (body: Body = ''): string {
  return JSON.stringify(body.toString().slice(0, 100)).replace(
    /[^ -~]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16)}`
  )
}
