// Whether something stands in a form that would be lost.

/** Whether a field says something else than the page brought. */
export function isChanged(field) {
  if (field.type === "hidden" || field.disabled) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0;
  return field.defaultValue !== undefined && field.value !== field.defaultValue;
}

/** Whether any form that is sent holds something typed, or is on its way. */
export const isTyping = (page) =>
  [...page.forms].some((form) => form.method === "post" && (form.getAttribute("aria-busy") === "true" || [...form.elements].some(isChanged)));
