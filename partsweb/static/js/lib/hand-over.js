// What was scanned is filled into the form that it leads to. Kept beside the address, not in it: the
// form's page is on the phone under its own address, and is found there without signal.

const HANDED = "partsweb.handed";

/** Leave values for the form at that address. */
export function handOver(href, fields) {
  sessionStorage.setItem(HANDED, JSON.stringify({ path: new URL(href, location.href).pathname, fields }));
}

/** Fill in what was left for this page, once. */
export function takeOver(page) {
  const handed = JSON.parse(sessionStorage.getItem(HANDED) ?? "null");
  if (!handed || handed.path !== location.pathname) return;
  sessionStorage.removeItem(HANDED);
  for (const [name, value] of Object.entries(handed.fields)) fill(page, name, value);
}

/** A box that stands for the value is ticked, else the field of that name gets it. */
function fill(page, name, value) {
  const box = page.querySelector(`main [type=checkbox][value="${CSS.escape(value)}"]`);
  const field = box ?? page.querySelector(`main [name="${CSS.escape(name)}"]`);
  if (!field) return;
  if (box) box.checked = true;
  else field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function takeOverWhenShown(page) {
  takeOver(page);
  page.addEventListener("htmx:after:swap", () => takeOver(page));
}
