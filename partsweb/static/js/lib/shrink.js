// A photo as a phone takes it has 12 megapixels and says where it was taken. What leaves the phone has
// at most 2048 pixels a side, stands upright and says nothing. What can't be read goes as it is: the
// server decides.

export const LONGEST = 2048;
const QUALITY = 0.85;
const HEAD = 128 * 1024;

/** The size that fits: never larger than it was. */
export function fitting(width, height, longest = LONGEST) {
  const by = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) };
}

/** Whether the bytes say more than the picture: EXIF holds the place and which way is up. */
export function tells(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  return text.includes("Exif\0\0") || text.includes("eXIf") || text.includes("http://ns.adobe.com/xap/");
}

/** The photo made small, or the file itself where it is small and silent, or no photo. */
export async function shrunk(file) {
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return file;
  try {
    const silent = !tells(await file.slice(0, HEAD).arrayBuffer());
    const picture = await createImageBitmap(file);
    const { width, height } = fitting(picture.width, picture.height);
    if (silent && width === picture.width) return file;
    return named(await drawn(picture, width, height), file);
  } catch {
    return file;
  }
}

async function drawn(picture, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("not drawn"))), "image/jpeg", QUALITY));
}

const named = (blob, { name, lastModified }) =>
  new File([blob], name.replace(/(\.[a-z0-9]+)?$/i, ".jpg"), { type: "image/jpeg", lastModified });
