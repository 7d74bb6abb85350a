// Quantities as text, without the surprises of floating point: 0.1 + 0.2 is 0.3.

const places = (text) => (text.split(".")[1] ?? "").length;
// Pages write a real minus sign; phones type a comma where the language has one.
const clean = (text) => String(text).trim().replace(",", ".").replace("\u2212", "-");

/** Whether it is a plain decimal number, with a point or a comma. */
export function isDecimal(text) {
  return /^-?\d*\.?\d+$/.test(clean(text)) || /^-?\d+\.$/.test(clean(text));
}

/** `value` moved by `step` in a direction (1 or -1), never below `min`, as it is to be written. */
export function stepped(value, step, direction, min) {
  const from = isDecimal(value) ? clean(value) : "0";
  const by = clean(step || "1");
  const scale = Math.max(places(from), places(by));
  const whole = (text) => Math.round(Number(text) * 10 ** scale);
  let sum = whole(from) + direction * whole(by);
  if (min !== undefined && min !== "") sum = Math.max(sum, whole(clean(min)));
  return String(Number((sum / 10 ** scale).toFixed(scale)));
}
