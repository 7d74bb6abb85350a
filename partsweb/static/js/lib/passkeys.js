// Passkeys as the server speaks of them: JSON with bytes in base64url, as WebAuthn writes it.

export const canPasskeys = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials);

export function bytesOf(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
}

export function textOf(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

/** Make a passkey on this device. */
export async function makePasskey(options) {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  return asText(await navigator.credentials.create({ publicKey }));
}

/** Let a passkey of this device sign; `more` may hold a signal and how it is asked for. */
export async function usePasskey(options, more = {}) {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  };
  return asText(await navigator.credentials.get({ publicKey, ...more }));
}

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function asText(credential) {
  const { id, type, rawId, response } = credential;
  const said = {};
  for (const part of PARTS) if (response[part]) said[part] = textOf(response[part]);
  return JSON.stringify({ id, type, rawId: textOf(rawId), response: said, clientExtensionResults: {} });
}

/** Words for a passkey that wasn't given. */
export function wordsForPasskey(error) {
  if (error?.name === "InvalidStateError") return "This device has a passkey for you already.";
  if (error?.name === "NotAllowedError") return "No passkey was given. Try again, or use your password.";
  return "The passkey didn’t work on this device. Try again, or use your password.";
}
