const secret = /([?&](?:presque-token|token|access_token)=)[^&#]*/gi

/** A URL as it may stand in a log: without a token that a client has put into its query by mistake. */
export function redactUrl (url: string): string {
  return url.includes('?') ? url.replace(secret, '$1***') : url
}
