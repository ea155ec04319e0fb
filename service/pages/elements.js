// Elements by their id, and new ones made of text, never of HTML.

export const find = (id) => document.getElementById(id);

export function make(name, values = {}, ...children) {
  const { dataset = {}, ...rest } = values;
  const element = Object.assign(document.createElement(name), rest);
  Object.assign(element.dataset, dataset);
  element.append(...children);
  return element;
}
