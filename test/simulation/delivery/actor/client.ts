import { request, type Agent, type IncomingHttpHeaders } from 'node:http'

/** `unsent`: the server was not there. `unknown`: it may have heard, and may have done it. */
export interface Answer {
  status: number | 'unsent' | 'unknown'
  headers: IncomingHttpHeaders
  body: string
}

export interface Call {
  body?: string | undefined
  headers?: Record<string, string>
  /** When the client goes: after this time in ms, or at the first byte of the answer. */
  cut?: number | 'answer'
}

const lost = (status: 'unsent' | 'unknown'): Answer => ({ status, headers: {}, body: '' })

/** `agent`: keeps the connections; false for one connection a request. */
export interface Target {
  port: number
  agent: Agent | false
}

/** One request. Never rejects. */
export function ask (
  { port, agent }: Target,
  method: string,
  path: string,
  { body, headers = {}, cut }: Call = {}
): Promise<Answer> {
  return new Promise(resolve => {
    const length =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request({
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers: { ...length, ...headers },
      timeout: 90_000
    })
    let gone = false
    const leave = () => {
      gone = true
      sent.destroy()
    }
    sent.on('response', response => {
      if (cut === 'answer') leave()
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(lost('unknown')))
      response.on('end', () => {
        const whole = response.complete && !gone
        resolve(
          whole
            ? {
                status: response.statusCode!,
                headers: response.headers,
                body: Buffer.concat(chunks).toString('utf8')
              }
            : lost('unknown')
        )
      })
      response.on('close', () => resolve(lost('unknown')))
    })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve(lost(error.code === 'ECONNREFUSED' ? 'unsent' : 'unknown'))
    )
    sent.on('timeout', leave)
    sent.end(body)
    if (typeof cut === 'number') setTimeout(leave, cut)
  })
}
