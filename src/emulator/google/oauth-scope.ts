/**
 * Whether a text can be a scope of Google's: one of OpenID Connect's, or a URL, as every API's is. Which
 * URLs are scopes is not told: there are too many, and they change.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/scopes
 */
export function isOauthScope(text: string): boolean {
  return /^(?:https:\/\/[^\s,]+|openid|email|profile)$/.test(text);
}
