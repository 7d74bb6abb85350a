// At a desk: / goes to the search, j and k go down and up the rows.

/** The index to go to from `index` among `count` rows; -1 where nothing was chosen yet. */
export function nextIndex(index, count, direction) {
  if (index < 0) return direction > 0 ? 0 : count - 1;
  return Math.min(Math.max(index + direction, 0), count - 1);
}

const isTyping = (element) =>
  element?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? "");

class ShortcutKeys extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") this.search(event);
    if (event.key === "j") this.move(1);
    if (event.key === "k") this.move(-1);
  }

  search(event) {
    const field = document.querySelector("input[type=search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  }

  move(direction) {
    const rows = [...document.querySelectorAll("#page :is(.rows > li, .table tbody tr)")];
    const links = rows.map((row) => row.querySelector("a, button")).filter(Boolean);
    if (!links.length) return;
    const here = links.findIndex((link) => link.closest("li, tr").contains(document.activeElement));
    links[nextIndex(here, links.length, direction)].focus();
  }
}

customElements.define("shortcut-keys", ShortcutKeys);
