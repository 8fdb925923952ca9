// Elements, numbers in words, and tables that can be sorted, filtered and saved. All text enters the page as text.

import { INDEX } from "./data.js";

// An element that the page has from its start; the value is a control's.
/** @type {(id: string) => HTMLElement & {value: any}} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// A control under its name.
export function control(label, element) {
  return make("label", { class: "control" }, make("span", {}, label), element);
}

export function select(options, value, onchange, attributes = {}) {
  const list = make("select", { ...attributes, onchange: ({ target }) => onchange(target.value) });
  list.append(...options.map(([name, title]) => new Option(title, name, false, String(name) === String(value ?? ""))));
  return list;
}

export function button(label, onclick, attributes = {}) {
  return make("button", { type: "button", onclick, ...attributes }, label);
}

// A number in four digits, as terminals show it; anything else as it is.
export function shown(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

export function count(n, what) {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function csvOf({ columns, rows }) {
  const cell = (value) => {
    const text = value === null || Number.isNaN(value) ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n") + "\r\n";
}

function jsonOf({ columns, rows }) {
  const record = (cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index]]));
  return JSON.stringify(rows.map(record), (_, value) => (Number.isNaN(value) ? null : value), 1) + "\n";
}

export const fileName = (words) => words.replaceAll(/[^A-Za-z0-9.-]+/g, "-");

function save(text, type, name) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: address, download: fileName(name) }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// The rows of a table in order of one column; what is missing comes last.
function sorted(rows, column, falls) {
  const known = (value) => value !== null && value !== undefined && !Number.isNaN(value);
  const before = (a, b) => (a < b ? -1 : Number(a > b)) * (falls ? -1 : 1);
  return [...rows].sort(({ [column]: a }, { [column]: b }) => {
    if (known(a) && known(b)) return before(a, b);
    return Number(known(b)) - Number(known(a));
  });
}

// `of` gives {name, columns, titles, rows}; `onRow` may change a line once it is made.
export function tableBox(of, onRow = null) {
  let by = null, falls = false;
  const filter = make("input", { type: "search", placeholder: "filter rows", "aria-label": "filter rows" });
  const host = make("div", { class: "scroll", tabindex: "0" });
  const download = (label, text, type) =>
    button(label, () => save(text(of()), type, `${of().name}.${label.toLowerCase()}`));
  const tools = [filter, download("CSV", csvOf, "text/csv"), download("JSON", jsonOf, "application/json")];
  const element = make("div", { class: "table" }, make("div", { class: "tools" }, ...tools), host);

  function head({ columns, titles = columns }, isText) {
    const sort = (at) => () => {
      [by, falls] = by === at ? [at, !falls] : [at, !isText[at]];
      element.refill();
      host.querySelectorAll("th button")[at].focus();
    };
    const arrow = (at) => (by === at ? { "aria-sort": falls ? "descending" : "ascending" } : {});
    return make("tr", {}, ...titles.map((title, at) =>
      make("th", { scope: "col", class: isText[at] ? "words" : null, ...arrow(at) }, button(title, sort(at), { title: INDEX.terms[title] ?? null }))));
  }

  element.refill = () => {
    const table = of(), words = filter.value.trim().toLowerCase();
    const isText = table.columns.map((_, at) => table.rows.some((cells) => typeof cells[at] === "string"));
    const textOf = (cells) => cells.map(shown).join(" ").toLowerCase();
    const found = words ? table.rows.filter((cells) => textOf(cells).includes(words)) : table.rows;
    const body = (by === null ? found : sorted(found, by, falls)).map((cells) => {
      const line = make("tr", {}, ...cells.map((value, at) => make("td", { class: isText[at] ? "words" : null }, shown(value))));
      if (onRow) onRow(line, cells);
      return line;
    });
    host.replaceChildren(make("table", {}, make("thead", {}, head(table, isText)), make("tbody", {}, ...body)));
  };
  filter.addEventListener("input", element.refill);
  return element;
}

// A box that holds a table once it is opened; refill() follows a change of what it shows.
export function tableDetails(label, of, onRow = null) {
  const inside = tableBox(of, onRow);
  const box = make("details", {}, make("summary", {}, label), inside);
  box.refill = () => box.open && inside.refill();
  box.addEventListener("toggle", box.refill);
  return box;
}

// A line of a table that leads somewhere: its first cell is a link, and a click anywhere follows it.
export function linkedRow(line, href) {
  line.firstChild.replaceChildren(make("a", { href }, line.firstChild.textContent));
  line.classList.add("linked");
  line.addEventListener("click", () => { location.hash = href; });
}
