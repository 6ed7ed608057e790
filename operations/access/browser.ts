const browser = /^(?:Mozilla|Opera|AppleCoreMedia|stagefright)\/(?!.{0,200}PowerShell\/)/

/** Whether a request comes from a browser, by its User-Agent, which no page can leave out. */
export function isBrowser (agent: string | undefined): boolean {
  return agent !== undefined && browser.test(agent)
}
