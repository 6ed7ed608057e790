import type { Static } from '@sinclair/typebox'
import { elementsOf, members } from '../../client/json-text.ts'
import type { NewOperation } from '../../schemas/new-operation.ts'
import type { GetOperation, Operation } from '../../schemas/operation.ts'
import { json, path, send } from './server.ts'

export type { NewOperation, Operation }
export type OperationDocument = Static<typeof GetOperation.response[200]>

/** The first of the jobs that an operation is about; the payload is text, byte for byte. */
export interface Preview { id: string, payload: string, error: string }

/** How many jobs there are, and the first five. */
export interface DryRun { matched: number, preview: Preview[] }

/** What an operation would be about. */
export async function tryOperation (operation: NewOperation): Promise<DryRun> {
  const body = JSON.stringify(operation)
  const answer = await (await send('POST', '/operations', { query: { dry: 1 }, body })).text()
  const matched = Number(members(answer).get('matched'))
  return { matched, preview: elementsOf(answer, 'preview').map(previewIn) }
}

function previewIn (text: string): Preview {
  const all = members(text)
  const head = all.get('payload_head')
  const payload = head === undefined ? all.get('payload') ?? '' : JSON.parse(head) as string
  const error = all.get('last_error') ?? 'null'
  return { id: JSON.parse(all.get('id')!), payload, error: error === 'null' ? '' : error }
}

export async function beginOperation (operation: NewOperation): Promise<Operation> {
  const body = JSON.stringify(operation)
  return await (await send('POST', '/operations', { body })).json()
}

/** `next`: the `after` of the next page, null at the end. */
export interface OperationPage { operations: Operation[], next: string | null }

/** A page of operations, the newest first. */
export async function getOperations (queue?: string, after?: string): Promise<OperationPage> {
  return await json('/operations', { queue: queue ?? '', after: after ?? '', limit: 50 })
}

export async function getOperation (id: string): Promise<OperationDocument> {
  return await json(path('operations', id))
}

export type OperationStep = 'pause' | 'resume' | 'abort' | 'undo'

export async function stepOperation (id: string, step: OperationStep): Promise<void> {
  if (step === 'abort') await send('DELETE', path('operations', id))
  else await send('POST', path('operations', id, step))
}
