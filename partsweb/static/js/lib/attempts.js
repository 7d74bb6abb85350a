// How a picture is looked at: which part of it, turned how, with which formats. A camera gets one
// attempt a frame, the quick ones most often; a photo gets all of them, one after the other.

export const MATRIX = ["DataMatrix", "QRCode", "MicroQRCode", "PDF417"];
export const LINEAR = ["Code128", "Code39", "EAN13", "EAN8", "UPCA", "UPCE", "ITF"];
const ANGLES = [22.5, 45, 67.5];
const CENTRE = 0.6;
const LONG_LOOKED_MS = 3000;

// Without "Plain" the library hides the separators of GS1.
const all = { formats: [...LINEAR, ...MATRIX], textMode: "Plain", maxNumberOfSymbols: 4 };
const quick = { ...all, tryHarder: false, tryRotate: true, tryInvert: false, tryDownscale: false };
const hard = { ...all, tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true };
const linear = { ...quick, formats: LINEAR, tryHarder: true };
const poor = { ...hard, binarizer: "GlobalHistogram" };

/** What is tried on this frame of a camera that has looked for so long without finding anything. */
export function attemptFor(frame, lookedMs) {
  if (lookedMs > LONG_LOOKED_MS && frame % 8 === 5) {
    return { region: CENTRE, scale: 2, sharpen: true, options: poor };
  }
  if (frame % 4 === 3) return { region: 1, options: hard };
  if (frame % 2 === 1) return { region: CENTRE, angle: ANGLES[(frame >> 1) % 3], options: linear };
  return { region: CENTRE, options: quick };
}

/** What is tried on a photo, the surest first. Small ones are enlarged, large ones aren't. */
export function attemptsForPhoto(width, height) {
  const small = Math.max(width, height) < 1000;
  const scale = small ? 2 : 1;
  return [
    { region: 1, options: hard },
    { region: 1, options: { ...hard, binarizer: "GlobalHistogram" } },
    { region: 1, scale: 2, sharpen: true, options: poor },
    { region: 1, scale: 2, options: hard },
    ...ANGLES.map((angle) => ({ region: 1, angle, scale, options: { ...linear, tryRotate: true } })),
    { region: CENTRE, scale: 2, sharpen: true, options: hard },
    { region: 1, scale: 2, options: { ...hard, tryDenoise: true } },
  ];
}
