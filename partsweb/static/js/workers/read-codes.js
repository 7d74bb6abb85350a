// Reads codes in pictures, off the page's own thread. Which part of a picture is tried, and how, the
// page says (lib/attempts.js): this file only draws it so and decodes it.
//
//   in   {id, picture: ImageBitmap, attempts: [{region, angle, scale, sharpen, options}]}
//   out  {id, codes: [{text, format, kind, matrix, lines, attempt, at}], attempt, ms}, or {id, problem}
//
// A classic worker on purpose: the library comes as one script, and its own answer may compile wasm.
/* global ZXingWASM */
importScripts("../../vendor/zxing/reader.js");

const ready = ZXingWASM.prepareZXingModule({
  overrides: { locateFile: () => new URL("../../vendor/zxing/reader.wasm", location.href).href },
  fireImmediately: true,
});
ready.then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ ready: false, problem: String(error) }),
);

onmessage = async ({ data: { id, picture, attempts } }) => {
  const began = performance.now();
  try {
    const found = await tried(picture, attempts);
    postMessage({ id, ...found, ms: performance.now() - began });
  } catch (error) {
    postMessage({ id, codes: [], problem: String(error) });
  } finally {
    picture.close();
  }
};

/** The codes of the attempts, one after the other, until one is sure. */
async function tried(picture, attempts) {
  const codes = [];
  let last = 0;
  for (const [index, attempt] of attempts.entries()) {
    last = index;
    for (const read of await ZXingWASM.readBarcodes(drawn(picture, attempt), attempt.options)) {
      if (read.isValid) codes.push(said(read, index, attempt, picture));
    }
    if (isSure(codes)) break;
  }
  return { codes, attempt: last };
}

// A matrix code corrects its own errors; a linear one needs a second look that agrees.
function isSure(codes) {
  const first = codes.find((code) => code.matrix);
  if (first) return true;
  return codes.some((code, index) =>
    codes.some((other, place) => place > index && other.attempt !== code.attempt && other.text === code.text));
}

const MATRIX = new Set(["DataMatrix", "QRCode", "QRCodeModel2", "QRCodeModel1", "MicroQRCode", "PDF417", "CompactPDF417", "MicroPDF417"]);

function said(read, attempt, how, picture) {
  return {
    text: read.text,
    format: read.format,
    kind: read.symbologyIdentifier,
    lines: read.lineCount,
    matrix: MATRIX.has(read.format),
    attempt,
    at: placeInPicture(read.position, how, picture),
  };
}

/** The middle of a code as shares of the picture's width, whichever way it was turned to be read. */
function placeInPicture({ topLeft, topRight, bottomLeft, bottomRight }, { angle = 0, scale = 1 }, picture) {
  const x = (topLeft.x + topRight.x + bottomLeft.x + bottomRight.x) / 4 - canvas.width / 2;
  const y = (topLeft.y + topRight.y + bottomLeft.y + bottomRight.y) / 4 - canvas.height / 2;
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return {
    x: ((x * cos + y * sin) / scale + picture.width / 2) / picture.width,
    y: ((y * cos - x * sin) / scale + picture.height / 2) / picture.width,
  };
}

let canvas;

/** The part of the picture, turned, enlarged and sharpened as the attempt wants it. */
function drawn(picture, { region = 1, angle = 0, scale = 1, sharpen = false }) {
  const width = Math.round(picture.width * region);
  const height = Math.round(picture.height * region);
  const [left, top] = [(picture.width - width) / 2, (picture.height - height) / 2];
  const turned = turnedSize(width * scale, height * scale, angle);
  canvas ??= new OffscreenCanvas(1, 1);
  [canvas.width, canvas.height] = turned;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, ...turned);
  pen.translate(turned[0] / 2, turned[1] / 2);
  pen.rotate((angle * Math.PI) / 180);
  pen.drawImage(
    picture, left, top, width, height,
    (-width * scale) / 2, (-height * scale) / 2, width * scale, height * scale,
  );
  const image = pen.getImageData(0, 0, ...turned);
  return sharpen ? sharpened(image) : image;
}

function turnedSize(width, height, angle) {
  const [cos, sin] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
  return [Math.ceil(width * cos + height * sin), Math.ceil(width * sin + height * cos)];
}

/** An unsharp mask over brightness: blurred bars come apart again. */
function sharpened(image) {
  const { width, height, data } = image;
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const around = (grey[i - 1] + grey[i + 1] + grey[i - width] + grey[i + width]) / 4;
      const value = grey[i] + 1.5 * (grey[i] - around);
      data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = value;
    }
  }
  return image;
}
