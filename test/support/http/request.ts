import type { FastifyInstance } from 'fastify'
import { waited } from '../idle-clock.ts'
import { operations, request } from './openapi-document.ts'

export interface Request {
  method: string
  path: string
  body?: string
}

/**
 * An answer, how many ms it took, and for how many of them this process waited
 * (support/idle-clock.ts).
 */
export interface Answer {
  to: string
  status: number
  retryAfter: string | null
  body: string
  ms: number
  waited: number
}

/** One valid request to each route that the OpenAPI document lists and that asks Redis. */
export function requests (app: FastifyInstance): Request[] {
  return operations(app)
    .filter(({ responses }) => '503' in responses)
    .map(operation => {
      const { url, query, payload } = request(operation)
      const all = new URLSearchParams({
        ...(query as Record<string, string>),
        ...(operation.name === 'GET /status/{queue}' && { with_desc: '1' })
      })
      return {
        method: operation.method,
        path: `${String(url)}${all.size === 0 ? '' : `?${all}`}`,
        ...(operation.method !== 'GET' && { body: JSON.stringify(payload) })
      }
    })
}

/** `count` requests at once, of all these in turn. */
export async function send (url: string, all: Request[], count = all.length): Promise<Answer[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, i) => sendOne(url, all[i % all.length]!))
  )
}

async function sendOne (url: string, request: Request): Promise<Answer> {
  const { method, path, body = null } = request
  const [since, waitedSince] = [performance.now(), waited()]
  const response = await fetch(url + path, {
    method,
    body,
    headers: { 'content-type': 'application/json' }
  })
  const text = await response.text()
  return {
    to: `${method} ${path}`,
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: text,
    ms: performance.now() - since,
    waited: waited() - waitedSince
  }
}

/** How many ms this process waited for the slowest of them. */
export function slowest (answers: Answer[]): number {
  return Math.round(Math.max(...answers.map(({ waited }) => waited)))
}
