// Which answers are pages, and under which name they are kept. A page and a part of it have the same
// address: a part never lands under the page's name.

const OPEN = ["/signin", "/offline", "/join"];
const NEVER = ["/ping", "/phone/ahead", "/sw.js", "/manifest.webmanifest"];

export const isOpenToAll = ({ pathname }) => OPEN.includes(pathname);

export function isPage({ mode, headers }, { pathname }) {
  if (NEVER.includes(pathname) || pathname.endsWith("/options") || pathname.startsWith("/attachments/")) return false;
  return mode === "navigate" || headers.get("HX-Request") === "true";
}

export function keyOf({ headers }, url) {
  const key = new URL(url.pathname + url.search, url.origin);
  if (headers.get("HX-Request-Type") === "partial") key.searchParams.set("_part", "1");
  return key.href;
}

// Forms about things that the phone holds no page of, and a part's own page: one blank of each kind is
// carried along.
const BLANKS = [
  [/^\/orders\/[^/]+\/installations\/new$/, "/blank/installation"],
  [/^\/entries\/[^/]+\/installation$/, "/blank/installation"],
  [/^\/entries\/[^/]+\/cancellation$/, "/blank/cancellation"],
  [/^\/entries\/[^/]+\/photos$/, "/blank/photos"],
  [/^\/parts\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "/blank/part"],
];

/** The blank form that stands in for the page, if there is one. */
export const blankFor = ({ pathname }) => BLANKS.find(([pattern]) => pattern.test(pathname))?.[1];

/** The blank form as the form of that address. */
export function addressed(text, blank, { pathname, search }) {
  const address = (pathname + search).replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return text.replaceAll(`"${blank}"`, () => `"${address}"`);
}

/** What the promise brings, or undefined after so long. */
export function within(ms, promise) {
  return Promise.race([promise, new Promise((resolve) => setTimeout(resolve, ms))]);
}

/** What stands in for a page that isn't held: a search without its words, a form for any part. The
    page itself does the rest from what the phone holds. */
export function standInsOf({ headers }, url) {
  if (headers.get("HX-Request-Type") === "partial") return [];
  const changed = (name, value) => {
    const address = new URL(url);
    if (value) address.search = `?${name}=${value}`;
    else address.searchParams.delete(name);
    return address;
  };
  if (/^\/orders\/[^/]+\/parts\/new$/.test(url.pathname) && url.searchParams.has("part")) return [changed("part", "any")];
  return url.searchParams.has("q") ? [changed("q")] : [];
}
