// A hand-held scanner types a code in one go and ends it with Enter, wherever the focus is.

const PAUSE_MS = 1000;

export class HandHeld {
  #text = "";
  #at = -Infinity;

  /** Whether the key is a letter of a code. */
  static isOfCode = ({ key, ctrlKey, metaKey, altKey }) => key.length === 1 && !ctrlKey && !metaKey && !altKey;

  /** The code that this key ends; empty before. A key that was pressed a while ago belongs to none. */
  hear(event) {
    if (event.timeStamp - this.#at > PAUSE_MS) this.#text = "";
    if (HandHeld.isOfCode(event)) {
      this.#text += event.key;
      this.#at = event.timeStamp;
      return "";
    }
    if (event.key !== "Enter") return "";
    const code = this.#text;
    this.#text = "";
    return code;
  }
}
