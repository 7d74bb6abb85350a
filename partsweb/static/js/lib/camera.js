// The phone's camera: opened as codes want it, with what this phone offers of torch, zoom, lenses.

const LENS = "partsweb.lens";
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 } };

/** Words for why there is no picture, and the way out. */
export function wordsForCamera(error, secure = globalThis.isSecureContext) {
  if (!secure) return "The camera works only over HTTPS. Type the code, or take a photo of it.";
  if (error?.name === "NotAllowedError") {
    return "The camera isn’t allowed here. Allow it in the browser’s settings for this site — or take a photo, or type.";
  }
  if (error?.name === "NotFoundError") return "This device has no camera. Type the code, or choose a photo of it.";
  if (error?.name === "NotReadableError") return "Another app uses the camera. Close it and try again — or take a photo.";
  return "The camera didn’t start. Try again, take a photo, or type.";
}

export class Camera {
  #stream;

  constructor(video, { devices = navigator.mediaDevices, storage = localStorage } = {}) {
    Object.assign(this, { video, devices, storage });
  }

  get track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /** Open it: the lens chosen before, else the one at the back. */
  async open() {
    if (!this.devices?.getUserMedia) throw new DOMException("no camera", "NotFoundError");
    this.#stream = await this.#ask();
    this.video.srcObject = this.#stream;
    await this.video.play();
    // Each on its own, and only where it is offered: one that fails must not stop the others.
    await this.apply({ focusMode: "continuous" });
  }

  close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = undefined;
    this.video.srcObject = null;
  }

  /** What this lens can do: {torch, zoom: {min, max}, focusMode: [...]}. */
  get offers() {
    return this.track?.getCapabilities?.() ?? {};
  }

  async apply(setting) {
    const [name, value] = Object.entries(setting)[0];
    const offered = this.offers[name];
    if (!offered || (Array.isArray(offered) && !offered.includes(value))) return false;
    try {
      await this.track.applyConstraints({ advanced: [setting] });
      return true;
    } catch {
      return false;
    }
  }

  /** The cameras to choose from; their names are known only once one was allowed. */
  async lenses() {
    const all = await this.devices.enumerateDevices();
    return all.filter(({ kind }) => kind === "videoinput");
  }

  async change(deviceId) {
    this.storage.setItem(LENS, deviceId);
    this.close();
    await this.open();
  }

  async #ask() {
    const chosen = this.storage.getItem(LENS);
    if (chosen) {
      try {
        return await this.devices.getUserMedia({ video: { ...WANTED, deviceId: { exact: chosen } } });
      } catch (error) {
        if (error.name === "NotAllowedError") throw error;
        this.storage.removeItem(LENS); // another phone's, or one that is gone
      }
    }
    return this.devices.getUserMedia({ video: { ...WANTED, facingMode: { ideal: "environment" } } });
  }
}
