// Where one stands after #page was replaced: another page begins at its top, the same page that
// only shows what was just done stays where it was (nothing jumps), and the focus is put where
// reading goes on.

/** Whether the page that came is another one than the page that went. */
export function isAnother(before, after) {
  return before.path !== after.path || before.title !== after.title;
}

const look = () => ({
  element: document.getElementById("page"),
  path: location.pathname,
  title: document.querySelector("#page h1")?.textContent ?? "",
  scroll: scrollY,
});

export function keepPlace(page) {
  let before;

  page.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    before = { ...look(), wrote: ctx.request?.method === "POST" };
  });

  page.addEventListener("htmx:after:swap", () => {
    const after = look();
    if (!before || !after.element || after.element === before.element) return;
    // A followed link begins at the top by htmx; going back, the browser knows the place.
    if (before.wrote) scrollTo(0, isAnother(before, after) ? 0 : before.scroll);
    if (!after.element.contains(document.activeElement)) after.element.focus({ preventScroll: true });
  });
}
