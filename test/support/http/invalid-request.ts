import { body } from './invalid-request/body.ts'
import { header } from './invalid-request/header.ts'
import { message } from './invalid-request/message.ts'
import type { Way } from './invalid-request/request.ts'
import { url } from './invalid-request/url.ts'

export type { Plain, Spoilt } from './invalid-request/request.ts'

/** Every way to get a request wrong that we could think of, by its name. */
export const ways: Record<string, Way> = { ...url, ...header, ...body, ...message }
