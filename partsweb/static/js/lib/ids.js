// Ids and times as the server wants them, also on plain HTTP in a firm's own network.

/** A random UUID. randomUUID exists only in a secure context; getRandomValues everywhere. */
export function uuid(source = globalThis.crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The moment with the device's own offset: 2026-06-04T10:42:31.120+02:00. */
export function momentHere(date = new Date(), minutesBehind = date.getTimezoneOffset()) {
  const ahead = -minutesBehind;
  const local = new Date(date.getTime() + ahead * 60_000).toISOString().slice(0, -1);
  const two = (number) => String(number).padStart(2, "0");
  const size = Math.abs(ahead);
  return `${local}${ahead < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const DEVICE = "partsweb.device";
let withoutStorage = "";

/** The id of this device: made once, kept; for this page only where storage is closed. */
export function deviceId(storage = () => globalThis.localStorage, make = uuid) {
  try {
    const kept = storage().getItem(DEVICE);
    if (kept) return kept;
    const made = make();
    storage().setItem(DEVICE, made);
    return made;
  } catch {
    return (withoutStorage ||= make());
  }
}
