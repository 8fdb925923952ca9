// Pictures: Python says how each looks on an example, and here the numbers of another neuron or step take their place.

import { fileName, make, shown, tableDetails } from "./dom.js";
import { INDEX, mapped } from "./data.js";
import { state } from "./address.js";

// Pixels around a picture, enough for most labels: where labels need more, plotly draws the picture twice.
const ROOM = { l: 80, r: 20, t: 20, b: 58 };
// Plotly is a large script, and comes while the page is made.
const loaded = new Promise((done) => { window.addEventListener("load", done); });
const isDark = window.matchMedia("(prefers-color-scheme: dark)");
const HEIGHT = 450; // pixels, as plotly's own
// Pictures that are drawn when they come on the screen, by their plot, and the observer that says whether they are there.
const WAITING = new Map();
const SCREEN = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) WAITING.get(target)?.look(isIntersecting);
});
window.addEventListener("beforeprint", () => { for (const picture of WAITING.values()) picture.drawNow(); });

export class Picture {
  constructor(name, { isWide = false, onClick = null } = {}) {
    this.onClick = onClick;
    this.waiting = null; // what is to be drawn
    /** @type {(drawn: any) => void} */
    this.settle = () => {}; // answers whoever waits for it
    this.title = name;
    this.heading = make("h3");
    this.plot = make("div", { class: "plot", role: "img" });
    this.caption = make("figcaption");
    this.table = () => ({ name, columns: [], rows: [] });
    this.details = tableDetails("data as a table", () => this.table());
    const parts = [this.heading, make("div", { class: "box" }, this.plot), this.caption, this.details];
    this.element = make("figure", { class: isWide ? "wide" : null, "data-name": name }, ...parts);
  }

  // Draws {data, layout} under its title, with a sentence for whoever cannot see it; `table` defaults to what is drawn.
  show(title, figure, sentence, table = null) {
    this.heading.textContent = title;
    this.caption.textContent = sentence;
    this.plot.setAttribute("aria-label", `${title}. ${sentence}`);
    const numbers = table || (() => tableOfFigure(title, figure));
    this.table = () => ({ ...numbers(), name: this.named(numbers().name) });
    this.title = title;
    this.details.refill();
    return this.draw(figure);
  }

  // Resolves once it is drawn, or is known not to be on the screen: then it is drawn when it comes there.
  draw(figure) {
    this.waiting = figure;
    this.plot.dataset.waits = "";
    this.plot.style.minHeight = `${figure.layout.height ?? HEIGHT}px`;
    WAITING.set(this.plot, this);
    SCREEN.unobserve(this.plot);
    SCREEN.observe(this.plot); // which looks at it once more
    this.settle(null);
    return new Promise((done) => { this.settle = done; });
  }

  look(isSeen) {
    this.settle(isSeen ? this.drawNow() : null);
  }

  async drawNow() {
    SCREEN.unobserve(this.plot);
    WAITING.delete(this.plot);
    await loaded;
    if (!this.waiting) return null;
    const { data, layout } = this.waiting, isNew = !("on" in this.plot); // plotly adds it, and keeps the settings that it was first given
    this.waiting = null;
    delete this.plot.dataset.waits;
    const drawn = Plotly.react(this.plot, data, coloured(layout), isNew ? this.config() : undefined);
    if (isNew && this.onClick) this.plot.on("plotly_click", ({ points }) => this.onClick(points[0]));
    return drawn;
  }

  // A name for a file: the run and the member come first.
  named(what) {
    const run = INDEX.runs[state.run].name, number = this.element.closest("#right") ? state.beside : state.member;
    const of = { sweep: run, claims: "" }[state.view] ?? `${run} member ${number}`;
    return what.startsWith(of) ? what : `${of} ${what}`;
  }

  config() {
    const click = () => Plotly.downloadImage(this.plot, { format: "png", filename: fileName(this.named(this.title)) });
    const save = { name: "save", title: "Download plot as a PNG", icon: Plotly.Icons.camera, click };
    const { modeBarButtonsToRemove: removed = [] } = INDEX.config;
    return { ...INDEX.config, modeBarButtonsToRemove: [...removed, "toImage"], modeBarButtonsToAdd: [save] };
  }

  // Draws other lines over the same numbers, many times faster than all of it.
  async mark(shapes) {
    if (!this.waiting) return Plotly.relayout(this.plot, { shapes });
    this.waiting = { ...this.waiting, layout: { ...this.waiting.layout, shapes } };
    return null;
  }
}

// A line at a position on one axis ("x", "y", "x3"), over the whole picture or from edge to edge of another axis.
export function lineAt(axis, position, over = "paper") {
  const own = axis[0], other = own === "x" ? "y" : "x";
  const ends = { [`${own}0`]: position, [`${own}1`]: position, [`${own}ref`]: axis, [`${other}0`]: 0, [`${other}1`]: 1, [`${other}ref`]: over };
  return { type: "line", line: { color: "#D55E00", width: 1.5 }, opacity: 0.8, ...ends };
}

function coloured(layout) {
  const colours = isDark.matches
    ? { template: INDEX.templates.dark, paper_bgcolor: "#16181c", plot_bgcolor: "#16181c", font: { ...layout.font, color: "#ddd" } }
    : { template: INDEX.templates.white };
  const legend = { ...layout.legend, bgcolor: isDark.matches ? "rgba(22,24,28,.7)" : layout.legend?.bgcolor };
  const hoverlabel = isDark.matches ? { bgcolor: "#2a2d33" } : layout.hoverlabel;
  const margin = { ...mapped(ROOM, (least, side) => Math.max(least, layout.margin?.[side] ?? 0)), t: ROOM.t };
  return { ...layout, title: undefined, margin, legend, hoverlabel, ...colours };
}
isDark.addEventListener("change", () => location.reload());

// The example with these traces' parts replaced, by name; a part of a marker is merged into it.
export function withTraces(example, traces, layout = {}) {
  const names = new Set(example.data.map(({ name }) => name));
  const unknown = Object.keys(traces).filter((name) => !names.has(name));
  if (unknown.length) throw new Error(`a figure has no trace ${unknown.join(", ")}`);
  const data = example.data.map((trace) => {
    const change = traces[trace.name] || {};
    return { ...trace, ...change, marker: { ...trace.marker, ...change.marker } };
  });
  return { data, layout: { ...example.layout, ...layout } };
}

// An axis that holds all values.
export function holding(axis, values) {
  const known = values.filter((value) => Number.isFinite(value) && (axis.type !== "log" || value > 0));
  if (!known.length) return axis;
  const ends = known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const [low, high] = axis.type === "log" ? ends.map(Math.log10) : ends, room = (high - low || 1) / 20;
  return { ...axis, range: [low - room, high + room], autorange: false };
}

// Figures on one vertical axis, so that bars of the same height mean the same.
export function onOneAxis(figures) {
  if (figures.length < 2) return figures;
  const values = figures.flatMap(({ data }) => data.flatMap(({ y }) => y ?? []));
  return figures.map(({ data, layout }) => ({ data, layout: { ...layout, yaxis: holding(layout.yaxis, [0, ...values]) } }));
}

// A row of pictures.
export function panels(pictures) {
  return make("div", { class: "panels" }, ...Object.values(pictures).map(({ element }) => element));
}

// Traces that say something of their own: none twice, and both signs as one.
function whole(data) {
  const own = data.filter(({ name, type, hoverinfo }) => name && type !== "heatmap" && hoverinfo !== "skip");
  const [negative] = own.filter(({ name }) => name === "negative");
  const signed = (trace) => ({ ...trace, name: "value", y: trace.y.map((value, index) => value + negative.y[index]) });
  return own.filter(({ name, y }) => y && name !== "negative" && name !== "strongest")
    .map((trace) => (trace.name === "positive" && negative ? signed(trace) : trace));
}

// What a figure shows, number by number; neurons in display order under their own numbers.
function tableOfFigure(name, { data, layout }) {
  const axis = (key, letter) => layout[`${letter}axis${(key || letter).slice(1)}`]?.title?.text || "";
  const names = layout.xaxis.ticktext || [];
  const numberOf = (x) => (String(names[x]).startsWith("neuron ") ? Number(names[x].slice(7)) : x);
  const rows = [];
  for (const trace of whole(data)) {
    const quantity = axis(trace.yaxis, "y");
    (trace.x || []).forEach((x, index) => rows.push([trace.name, numberOf(x), quantity, trace.y[index]]));
  }
  const across = String(names[0]).startsWith("neuron ") ? "neuron" : axis("x", "x") || "x";
  return { name, columns: ["shown", across, "quantity", "value"], rows };
}

// What a picture of a neuron or a feature says: the ends of its bars and lines, and who bends an answer.
export function sentenceOf({ data, layout }) {
  const words = [];
  for (const { name, x, y } of whole(data)) {
    const known = y.map((_, index) => index).filter((index) => y[index] !== null && !Number.isNaN(y[index]));
    if (!known.length) continue;
    if (["every", "value"].includes(name)) {
      const order = [...known].sort((a, b) => y[a] - y[b]), low = order[0], high = order.at(-1);
      words.push(`highest ${shown(y[high])} at ${x[high]}, lowest ${shown(y[low])} at ${x[low]}`);
    } else if (name.endsWith("bends")) {
      words.push(`${name} at ${known.map((index) => shown(x[index])).join(", ")}`);
    } else {
      words.push(`${name} from ${shown(y[known[0]])} to ${shown(y[known.at(-1)])}`);
    }
  }
  const what = layout.xaxis.title?.text;
  return `${what ? `By ${what}: ` : ""}${words.join("; ") || "nothing to draw"}.`;
}
