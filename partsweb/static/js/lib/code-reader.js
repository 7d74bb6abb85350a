// The worker that reads codes, asked one picture at a time. Started before the camera: compiling it
// takes longer than opening a lens.

const WORKER = new URL("../workers/read-codes.js", import.meta.url);
const PATIENCE_MS = 15_000;

export class CodeReader {
  #worker;
  #waiting;
  #number = 0;

  constructor(make = () => new Worker(WORKER)) {
    this.ready = new Promise((resolve, reject) => {
      this.#worker = make();
      this.#worker.onmessage = ({ data }) => {
        if (data.ready === true) resolve();
        else if (data.ready === false) reject(new Error(data.problem));
        else if (data.id === this.#waiting?.id) this.#answer(data);
      };
      this.#worker.onerror = (event) => {
        reject(new Error(event.message || "the worker did not start"));
        this.#waiting?.reject(new Error("the worker died"));
      };
    });
    this.ready.catch(() => {}); // whoever asks hears of it
  }

  /** Whether a picture is being read; others are dropped meanwhile. */
  get busy() {
    return Boolean(this.#waiting);
  }

  /** Read the codes of a picture, which is given away. */
  read(picture, attempts) {
    this.#number += 1;
    const id = this.#number;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#waiting?.reject(new Error("no answer")), PATIENCE_MS);
      const end = (finish) => (value) => {
        clearTimeout(late);
        this.#waiting = undefined;
        finish(value);
      };
      this.#waiting = { id, resolve: end(resolve), reject: end(reject) };
      this.#worker.postMessage({ id, picture, attempts }, [picture]);
    });
  }

  close() {
    this.#worker?.terminate();
    this.#waiting?.reject(new Error("closed"));
  }

  #answer(found) {
    if (found.problem) this.#waiting.reject(new Error(found.problem));
    else this.#waiting.resolve(found);
  }
}
