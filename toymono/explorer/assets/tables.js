// Pictures in words and as tables, for the explorer and for reports: tables are filled when they are opened, and
// downloaded whole. All text enters the page as text.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function tableElement({ columns, rows }, onRow = null) {
  const words = columns.map((_, place) => rows.some((cells) => typeof cells[place] === "string"));
  const kind = (place) => (words[place] ? { class: "words" } : {});
  const head = make("tr", {}, ...columns.map((name, place) => make("th", { scope: "col", ...kind(place) }, name)));
  const body = rows.map((cells) => {
    const line = make("tr", {}, ...cells.map((value, place) => make("td", kind(place), shown(value))));
    if (onRow) onRow(line, cells);
    return line;
  });
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function csvOf({ columns, rows }) {
  const cell = (value) => {
    const text = value === null || Number.isNaN(value) ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n") + "\r\n";
}

function jsonOf({ columns, rows }) {
  const record = (cells) => Object.fromEntries(columns.map((name, place) => [name, cells[place]]));
  return JSON.stringify(rows.map(record), (_, value) => (Number.isNaN(value) ? null : value), 1) + "\n";
}

function save(text, type, name) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: address, download: name.replaceAll(/[^A-Za-z0-9.-]+/g, "-") }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// `of` gives {name, columns, rows}; rows come to be when they are asked for.
function downloads(of) {
  const button = (label, text, type) => {
    const onclick = () => save(text(of()), type, `${of().name}.${label.toLowerCase()}`);
    return make("button", { type: "button", onclick }, label);
  };
  const buttons = [button("CSV", csvOf, "text/csv"), button("JSON", jsonOf, "application/json")];
  return make("div", { class: "downloads" }, ...buttons);
}

// A box that holds a table once it is opened; refill() follows a change of what it shows.
function tableDetails(label, of, onRow = null) {
  const place = make("div", { class: "scroll", tabindex: "0" });
  const box = make("details", {}, make("summary", {}, label), downloads(of), place);
  box.refill = () => box.open && place.replaceChildren(tableElement(of(), onRow));
  box.addEventListener("toggle", box.refill);
  return box;
}

// Traces that say something of their own: none twice, and both signs as one.
function whole(data) {
  const own = data.filter(({ name, type, hoverinfo }) => name && type !== "heatmap" && hoverinfo !== "skip");
  const [negative] = own.filter(({ name }) => name === "negative");
  const signed = (trace) => ({ ...trace, name: "value", y: trace.y.map((value, place) => value + negative.y[place]) });
  return own.filter(({ name }) => name !== "negative" && name !== "strongest")
    .map((trace) => (trace.name === "positive" && negative ? signed(trace) : trace));
}

// What a figure shows, number by number; neurons in display order under their own numbers.
function tableOfFigure(name, { data, layout }) {
  const axis = (key, letter) => {
    const title = (layout[`${letter}axis${(key || letter).slice(1)}`] || {}).title;
    return (title && title.text) || "";
  };
  const names = layout.xaxis.ticktext || [];
  const told = (x) => (String(names[x]).startsWith("neuron ") ? Number(names[x].slice(7)) : x);
  const rows = [];
  for (const trace of whole(data)) {
    const quantity = axis(trace.yaxis, "y");
    (trace.x || []).forEach((x, place) => rows.push([trace.name, told(x), quantity, trace.y[place]]));
  }
  const across = names.length && told(0) !== 0 ? "neuron" : axis("x", "x") || "x";
  return { name, columns: ["shown", across, "quantity", "value"], rows };
}

// What a picture of a neuron or a feature says: the ends of its bars and lines, and who bends an answer.
function sentenceOf({ data, layout }) {
  const words = [];
  for (const { name, x, y } of whole(data)) {
    const known = y.map((_, place) => place).filter((place) => y[place] !== null && !Number.isNaN(y[place]));
    if (!known.length) continue;
    if (["every", "value"].includes(name)) {
      const [low, high] = [[...known].sort((a, b) => y[a] - y[b])].flatMap((order) => [order[0], order.at(-1)]);
      words.push(`highest ${shown(y[high])} at ${x[high]}, lowest ${shown(y[low])} at ${x[low]}`);
    } else if (name.endsWith("bends")) {
      words.push(`${name} at ${known.map((place) => shown(x[place])).join(", ")}`);
    } else {
      words.push(`${name} from ${shown(y[known[0]])} to ${shown(y[known.at(-1)])}`);
    }
  }
  const what = layout.xaxis.title && layout.xaxis.title.text;
  return `${what ? `By ${what}: ` : ""}${words.join("; ") || "nothing to draw"}.`;
}

// A number in four digits, as terminals show it; anything else as it is.
function shown(value) {
  if (value === null || Number.isNaN(value)) return "";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
