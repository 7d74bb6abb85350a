// What was chosen in a file field: pictures small, names, and a way to take one out again.
// Choosing a second time adds to the first: photos are taken one after the other.
import { shrunk } from "../lib/shrink.js";

class FilePicks extends HTMLElement {
  #files = [];
  #urls = [];
  #originals = new Map(); // small photo → as it was chosen

  connectedCallback() {
    this.addEventListener("change", this);
    this.addEventListener("click", this);
    this.#files = [...(this.input?.files ?? [])];
    this.draw();
  }

  disconnectedCallback() {
    this.removeEventListener("change", this);
    this.removeEventListener("click", this);
    this.forget();
  }

  get input() {
    return this.querySelector("input[type=file]");
  }

  handleEvent({ type, target }) {
    if (type === "change" && target === this.input) this.take([...target.files]);
    const button = target.closest("[data-remove]");
    if (type === "click" && button) this.remove(Number(button.dataset.remove));
  }

  take(chosen) {
    const added = chosen.filter((file) => !this.#files.some((known) => same(this.#originals.get(known) ?? known, file)));
    if (this.input.multiple) this.#files.push(...added);
    // None: the picker was left without choosing, and some browsers empty the field. Keep.
    else if (chosen.length) this.#files = chosen;
    this.give();
    if (!this.hasAttribute("whole")) this.shrink(added);
  }

  /** Until it is done the form has the photo as it was: whoever is quick sends that. */
  async shrink(added) {
    this.setAttribute("aria-busy", "true");
    for (const file of added) {
      const small = await shrunk(file);
      const index = this.#files.indexOf(file);
      if (small === file || index < 0) continue;
      this.#originals.set(small, file);
      this.#files[index] = small;
      if (this.isConnected) this.give();
    }
    this.removeAttribute("aria-busy");
  }

  remove(index) {
    this.#files.splice(index, 1);
    this.give();
    const next = this.querySelectorAll("[data-remove]")[index] ?? this.input;
    next.focus();
  }

  give() {
    const transfer = new DataTransfer();
    for (const file of this.#files) transfer.items.add(file);
    this.input.files = transfer.files;
    this.draw();
  }

  draw() {
    this.forget();
    this.querySelector("ul")?.replaceChildren(...this.#files.map((file, index) => this.line(file, index)));
  }

  line(file, index) {
    const item = document.createElement("li");
    const picture = document.createElement(file.type.startsWith("image/") ? "img" : "span");
    const name = document.createElement("span");
    const button = document.createElement("button");
    if (picture.tagName === "IMG") {
      picture.src = URL.createObjectURL(file);
      picture.alt = "";
      this.#urls.push(picture.src);
    }
    name.textContent = `${file.name} · ${size(file.size)}`;
    button.type = "button";
    button.dataset.remove = index;
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${file.name}`);
    item.append(picture, name, button);
    return item;
  }

  forget() {
    this.#urls.splice(0).forEach((url) => URL.revokeObjectURL(url));
  }
}

const same = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;

/** A file's size as one would say it. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

customElements.define("file-picks", FilePicks);
