// The camera that reads codes. It tells what it took by `code-read` {text, format, kind}; what that
// means, the page knows. A photo can stand in for the moving picture, and typing for both.
import { Acceptance } from "../lib/acceptance.js";
import { attemptFor, attemptsForPhoto } from "../lib/attempts.js";
import { Camera, wordsForCamera } from "../lib/camera.js";
import { CodeReader } from "../lib/code-reader.js";
import { confirmTaken } from "../lib/feedback.js";

const LARGEST_PHOTO = 2400;

class CodeCamera extends HTMLElement {
  #acceptance = new Acceptance();
  #frame = 0;
  #lookedSince = 0;

  connectedCallback() {
    this.camera = new Camera(this.find("video"));
    this.addEventListener("click", this);
    this.addEventListener("change", this);
    this.addEventListener("input", this);
    addEventListener("pagehide", this);
    document.addEventListener("visibilitychange", this);
    if (!this.hasAttribute("closed")) this.start();
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this);
    document.removeEventListener("visibilitychange", this);
    this.stop();
    this.reader?.close();
    this.reader = undefined;
  }

  find(selector) {
    return this.querySelector(selector);
  }

  handleEvent({ type, target }) {
    if (type === "pagehide") this.stop();
    else if (type === "visibilitychange") document.hidden ? this.stop() : this.wasOn && this.start();
    else if (type === "change" && target.matches("[data-photo]")) this.readPhoto(target);
    else if (type === "change" && target.matches("[data-lens]")) this.useLens(target.value);
    else if (type === "input" && target.matches("[data-zoom]")) this.camera.apply({ zoom: Number(target.value) });
    else if (type === "click") this.press(target.closest("[data-do]")?.dataset.do);
  }

  press(what) {
    if (what === "start") this.start();
    if (what === "torch") this.switchTorch();
  }

  /** Open the camera and begin to look. */
  async start() {
    this.wasOn = true;
    this.reader ??= new CodeReader();
    this.say("Starting the camera …");
    try {
      await this.camera.open();
    } catch (error) {
      return this.fail(wordsForCamera(error));
    }
    // Left again while it was opening.
    if (!this.isConnected || document.hidden) return this.stop();
    this.setAttribute("state", "looking");
    this.#lookedSince = performance.now();
    this.offer();
    this.say("Point at a code");
    this.reader.ready.then(() => this.look(), () => this.fail("Reading codes doesn’t work in this browser. Type the code."));
  }

  stop() {
    this.camera.close();
    if (this.getAttribute("state") === "looking") this.setAttribute("state", "off");
  }

  fail(words) {
    this.camera.close();
    this.setAttribute("state", "failed");
    this.say(words);
  }

  /** One frame in flight; what comes meanwhile is dropped. */
  look() {
    const video = this.find("video");
    const next = () => (video.requestVideoFrameCallback ? video.requestVideoFrameCallback(step) : setTimeout(step, 60));
    const step = () => {
      if (this.getAttribute("state") !== "looking") return;
      if (!this.reader.busy && video.videoWidth) this.readFrame(video);
      next();
    };
    next();
  }

  async readFrame(video) {
    const now = performance.now();
    const attempt = attemptFor(this.#frame++, now - this.#lookedSince);
    try {
      const { codes, ms } = await this.reader.read(await createImageBitmap(video), [attempt]);
      this.dataset.ms = ms.toFixed(1);
      this.take(codes);
    } catch {
      // A frame that can't be read is followed by the next one.
    }
  }

  take(codes) {
    for (const code of this.#acceptance.see(codes, performance.now())) {
      this.#lookedSince = performance.now();
      this.tell(code);
    }
  }

  tell({ text, format, kind }) {
    confirmTaken();
    this.say(`Read ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`);
    this.setAttribute("taken", "");
    setTimeout(() => this.removeAttribute("taken"), 400);
    this.dispatchEvent(new CustomEvent("code-read", { bubbles: true, detail: { text, format, kind } }));
  }

  async readPhoto(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    this.reader ??= new CodeReader();
    this.say("Looking at the photo …");
    try {
      await this.reader.ready;
      const picture = await bitmapOf(file);
      const { codes } = await this.reader.read(picture, attemptsForPhoto(picture.width, picture.height));
      this.decidePhoto(believed(codes));
    } catch {
      this.say("That photo can’t be read. Choose another, or type the code.");
    }
  }

  decidePhoto(codes) {
    if (!codes.length) {
      confirmTaken(false);
      return this.say("No code is to be read in that photo. Go nearer, avoid glare, or type it.");
    }
    for (const code of codes) this.tell(code);
  }

  async offer() {
    const { torch, zoom } = this.camera.offers;
    this.show("[data-do=torch]", torch);
    const slider = this.find("[data-zoom]");
    if (slider && zoom?.max > zoom?.min) Object.assign(slider, { min: zoom.min, max: Math.min(zoom.max, 8), step: zoom.step || 0.1 });
    this.show("[data-zoom]", zoom?.max > zoom?.min);
    this.offerLenses(await this.camera.lenses());
  }

  offerLenses(lenses) {
    const picker = this.find("[data-lens]");
    this.show("[data-lens]", lenses.length > 1);
    if (!picker || lenses.length < 2) return;
    const current = this.camera.track?.getSettings().deviceId;
    picker.replaceChildren(
      ...lenses.map(({ deviceId, label }, index) => new Option(label || `Camera ${index + 1}`, deviceId, false, deviceId === current)),
    );
  }

  show(selector, is) {
    const part = this.find(selector);
    if (part) (part.closest("label") ?? part).hidden = !is;
  }

  async switchTorch() {
    const button = this.find("[data-do=torch]");
    const on = button.getAttribute("aria-pressed") !== "true";
    if (await this.camera.apply({ torch: on })) button.setAttribute("aria-pressed", String(on));
  }

  async useLens(deviceId) {
    try {
      await this.camera.change(deviceId);
      this.offer();
    } catch (error) {
      this.fail(wordsForCamera(error));
    }
  }

  say(words) {
    const line = this.find("[data-said]");
    if (line) line.textContent = words;
  }
}

/** Of a photo's readings: matrix codes, and linear ones that two attempts agree on. */
export function believed(codes) {
  const texts = [...new Set(codes.map(({ text }) => text))];
  return texts.flatMap((text) => {
    const same = codes.filter((code) => code.text === text);
    const agree = new Set(same.map(({ attempt }) => attempt)).size > 1;
    return same[0].matrix || agree ? [same[0]] : [];
  });
}

async function bitmapOf(file) {
  const picture = await createImageBitmap(file);
  const largest = Math.max(picture.width, picture.height);
  if (largest <= LARGEST_PHOTO) return picture;
  const scale = LARGEST_PHOTO / largest;
  return createImageBitmap(picture, { resizeWidth: Math.round(picture.width * scale), resizeHeight: Math.round(picture.height * scale), resizeQuality: "high" });
}

customElements.define("code-camera", CodeCamera);
