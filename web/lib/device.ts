/** How this browser is named in the list of a person's devices. */
export function thisBrowser(): { platform: 'web'; name: string } {
  return { platform: 'web', name: navigator.userAgent.slice(0, 100) };
}
