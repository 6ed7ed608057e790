const secret = /([?&](?:presque-token|token|access_token)=)[^&#]*/gi

/** A URL for the log: without a token that a client has put into the query by mistake. */
export function redactUrl (url: string): string {
  return url.includes('?') ? url.replace(secret, '$1***') : url
}
