import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { immutable } from '../../schemas/header.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A file on disk, to serve from memory; it is read once. */
    readFile (path: string): ServedFile
    /** The same of a text, under a name that tells its type. */
    makeFile (text: string, name: string): ServedFile
  }
  interface FastifyReply {
    /** Answers with a file from memory, compressed where the client reads that. */
    sendFromMemory (file: ServedFile): Promise<Buffer | undefined>
  }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.yaml': 'application/x-yaml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2'
}

// The build of web/ names a file by a hash of its content: another content has another name.
const hashed = /-[\w-]{8}\.\w+$/

// Smaller files gain nothing from compression.
const minCompressedBytes = 1024

const coders = {
  br: async (bytes: Buffer) => await promisify(brotliCompress)(bytes, {
    // The highest quality takes seconds for the files of the reader at /docs.
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
    }
  }),
  gzip: async (bytes: Buffer) => await promisify(gzip)(bytes)
}

/** A file in memory, and its compressed forms once a client has asked for them. */
export class ServedFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
  readonly isHashed: boolean
  readonly #coded = new Map<keyof typeof coders, Promise<Buffer>>()

  constructor (bytes: Buffer, name: string) {
    this.bytes = bytes
    this.type = types[extname(name)] ?? 'application/octet-stream'
    this.etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
    this.isHashed = hashed.test(name)
  }

  get isCompressible (): boolean {
    return this.bytes.length >= minCompressedBytes && /^text|json|yaml|svg/.test(this.type)
  }

  async as (coding: keyof typeof coders): Promise<Buffer> {
    const known = this.#coded.get(coding)
    if (known !== undefined) return await known
    const coded = coders[coding](this.bytes)
    this.#coded.set(coding, coded)
    return await coded
  }
}

// Process-wide: the files are those of the program, however many servers a test has in it.
const known = new Map<string, ServedFile>()

/**
 * Serves files from memory. From the disk, each answer would hold a descriptor and a buffer of its
 * own while its client does not read.
 */
export default fp(async app => {
  app.decorate('readFile', path => {
    const file = known.get(path) ?? new ServedFile(readFileSync(path), path)
    known.set(path, file)
    return file
  })
  app.decorate('makeFile', (text, name) => new ServedFile(Buffer.from(text), name))
  app.decorateReply('sendFromMemory', async function (this: FastifyReply, file) {
    return await send(this, file)
  })
}, { name: 'static-files' })

async function send (reply: FastifyReply, file: ServedFile): Promise<Buffer | undefined> {
  const { bytes, type, etag, isHashed, isCompressible } = file
  const { headers } = reply.request
  const [, first] = /^bytes=(\d+)-/.exec(headers.range ?? '') ?? []
  if (Number(first) >= bytes.length) throw new errors.BAD_REQUEST('the file has no such part')
  reply.headers({ etag, 'content-type': type, ...(isCompressible && { vary: 'accept-encoding' }) })
  if (isHashed) reply.header('cache-control', immutable)
  if (headers['if-none-match']?.includes(etag) === true) {
    void reply.code(304).send()
    return
  }
  const coding = isCompressible ? codingFor(headers['accept-encoding']) : undefined
  if (coding === undefined) return bytes
  reply.header('content-encoding', coding)
  return await file.as(coding)
}

// The first that the client names without refusing it ("q=0"); the smaller one is preferred.
function codingFor (accepted = ''): keyof typeof coders | undefined {
  const names = accepted.toLowerCase().split(',')
    .filter(one => !/;\s*q=0(\.0*)?\s*$/.test(one))
    .map(one => one.split(';', 1)[0]!.trim())
  return (['br', 'gzip'] as const).find(coding => names.includes(coding))
}
