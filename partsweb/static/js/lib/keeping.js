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

/** What the promise brings, or undefined after so long. */
export function within(ms, promise) {
  return Promise.race([promise, new Promise((resolve) => setTimeout(resolve, ms))]);
}
