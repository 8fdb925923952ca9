// One member or two on one clock: the map, how scores are spread, the loss; and pages of neurons and features.

import { button, byId, control, count, linkedRow, make, select, shown, tableDetails } from "./dom.js";
import { INDEX, mapped, piece } from "./data.js";
import { ORDERS, addressOf, go, openMembers, state } from "./address.js";
import { Picture, panels, sentenceOf } from "./picture.js";
import { featureFigures, neuronFigures } from "./unit_figures.js";
import { besideOther, countsAbove, firstAbove, frameOf, linesOver, memberFigures, neuronsInOrder, recordTable, topOf } from "./member_figures.js";
import { Finder, explained, say, startLine, stepThrough } from "./finder.js";

/** @typedef {import("./types.d.ts").Member} Member */

const BETWEEN = 350; // milliseconds from one record to the next

// One member's column.
class Side {
  constructor(name) {
    const onClick = ({ x, y, data }) => this.pick(x, data.name === "map" ? y : null);
    this.pictures = { map: new Picture("map", { isWide: true, onClick }), score: new Picture("score"), loss: new Picture("loss") };
    this.title = make("h1");
    this.words = make("p");
    this.circuit = new Picture("circuit", { isWide: true });
    const tables = ["neuron", "feature"].map((what) => tableDetails(`all ${what}s`, () => ({
      ...this.member[`${what}s`], name: `${INDEX.runs[state.run].name} member ${this.member.number} ${what}s`,
    }), (line, [number]) => linkedRow(line, addressOf({ ...state, ...this.own({ neuron: null, feature: null, [what]: number }) }))));
    const apart = make("details", {}, make("summary", {}, "circuit"), this.circuit.element);
    apart.addEventListener("toggle", () => apart.open && this.takeApart());
    this.folds = { tables, apart };
    this.element = make("section", { class: "side", id: name }, this.title, this.words, panels(this.pictures), ...tables, apart);
  }

  pick(x, y) {
    return go(this.own({ neuron: this.neurons[x], feature: y === null ? null : this.member.order.feature[y] }));
  }

  // What changes where a neuron or a feature of this side is chosen: it becomes the main one.
  own(chosen) {
    return this.member.number === state.member ? chosen : { member: this.member.number, beside: state.member, ...chosen };
  }

  async takeApart() {
    try {
      const figure = await piece(`circuit-${state.run}-${this.member.number}`);
      await this.circuit.show("Circuit", figure, this.member.words.roles);
    } catch (error) {
      say(error.message);
    }
  }

  /** @type {(member: Member, top: number, beside?: Member) => any[]} */
  show(member, top, beside) {
    const isOther = this.member !== member;
    this.member = member;
    this.element.hidden = !member;
    if (!member) return [];
    if (isOther) {
      for (const table of this.folds.tables) table.refill();
      this.folds.apart.open = false;
    }
    const frame = frameOf(member, state.step), { words } = member, isMain = member.number === state.member;
    const threshold = state.threshold ?? INDEX.mono_threshold;
    const look = { shows: state.shows, order: state.order, threshold, top };
    const chosen = { neuron: isMain ? state.neuron : null, feature: state.feature };
    this.neurons = neuronsInOrder(member, state.order);
    const theirs = beside && frameOf(beside, state.step);
    const drawn = JSON.stringify([member.number, state.run, frame, look, beside?.number, theirs]);
    if (this.drawn === drawn) return [this.pictures.map.mark(linesOver(member, frame, this.neurons, { ...look, ...chosen }))];
    this.drawn = drawn;
    const alone = memberFigures(member, frame, { ...look, ...chosen });
    const figures = beside ? besideOther(alone, frame, member, theirs, beside) : alone;
    this.title.replaceChildren(`Member ${member.number}: `, ...explained(member.label));
    const above = countsAbove(member, frame, threshold);
    this.words.replaceChildren(...explained(`${words.step[frame]} ${words.roles}`));
    const scores = `${above.neurons} of ${count(above.of, "neuron")} score above ${shown(threshold)} after ${count(member.frames.step[frame], "step")}; they cover ${count(above.features, "feature")}.`;
    const line = firstAbove(member, frame, this.neurons, threshold) ? ` Left of the dashed line neurons score above ${shown(threshold)}.` : "";
    return [
      this.pictures.map.show("Every neuron against every feature", figures.map, `${words.step[frame]}${line} Click a cell for its neuron and its feature.`,
        () => recordTable(member, frame, state.order)),
      this.pictures.score.show("Distribution of scores", figures.score, scores),
      this.pictures.loss.show("Loss", figures.loss, beside ? `${words.loss[frame]} Dotted: the task loss of member ${beside.number}.` : words.loss[frame]),
    ];
  }
}

// The page of a neuron or a feature beside the map.
class Unit {
  constructor(what) {
    this.what = what;
    this.pictures = mapped(INDEX.titles[what], (_, name) => new Picture(name));
    this.title = make("h2");
    this.sentence = make("p", { class: "sentence" });
    this.links = make("nav", { class: "beside", "aria-label": `Beside this ${what}` });
    const close = button("close", () => go({ [what]: null }));
    const head = make("div", { class: "head" }, this.title, close);
    this.element = make("section", { class: "unit", id: what, tabindex: "-1", hidden: true }, head, this.sentence, this.links, panels(this.pictures));
  }

  /** @param {Member} member */
  show(member, number) {
    this.element.hidden = number === null;
    if (number === null) return [];
    const figures = this.what === "neuron" ? neuronFigures(member, number) : featureFigures(member, number);
    const partner = this.what === "neuron" ? { favourite: member.favourite[number] } : { strongest: member.strongest[number] };
    this.title.textContent = `${this.what === "neuron" ? "Neuron" : "Feature"} ${number}`;
    this.sentence.replaceChildren(...explained(member.words[this.what][number].replace(/^\w+ \d+: /, "")));
    this.links.replaceChildren(...this.beside(member.order[this.what], number, partner));
    return Object.entries(this.pictures).map(([name, picture]) => {
      const title = INDEX.titles[this.what][name].replaceAll(/\{(\w+)\}/g, (_, key) => partner[key]);
      return picture.show(title, figures[name], sentenceOf(figures[name]));
    });
  }

  beside(order, number, partner) {
    const link = (label, changes) => make("a", { href: addressOf({ ...state, ...changes }) }, label);
    const at = order.indexOf(number), { what } = this, links = [];
    if (at > 0) links.push(link(`← ${what} ${order[at - 1]}`, { [what]: order[at - 1] }));
    if (at < order.length - 1) links.push(link(`→ ${what} ${order[at + 1]}`, { [what]: order[at + 1] }));
    const [[name, other]] = Object.entries(partner);
    links.push(link(name === "favourite" ? `favourite feature ${other}` : `strongest neuron ${other}`,
      name === "favourite" ? { feature: other } : { neuron: other }));
    return links;
  }
}

const LEFT = new Side("left"), RIGHT = new Side("right"), NEURON = new Unit("neuron"), FEATURE = new Unit("feature"), FINDER = new Finder();
const player = { timer: null, label: make("output", { for: "step" }) };
player.button = button("play", () => (player.timer === null ? start() : stop()), { id: "play", title: "play and pause (space)" });
player.slider = make("input", { type: "range", id: "step", min: "0", step: "1", "aria-label": "record" });
player.slider.addEventListener("input", () => {
  stop();
  go({ step: LEFT.member.frames.step[player.slider.value] }, true);
});

export function stop() {
  clearTimeout(player.timer);
  player.timer = null;
  player.button.textContent = "play";
}

function start() {
  player.button.textContent = "pause";
  player.timer = setTimeout(play, 0);
}

async function play() {
  const { step } = LEFT.member.frames, next = (frameOf(LEFT.member, state.step) + 1) % step.length;
  await go({ step: step[next] }, true);
  if (player.timer === null) return;
  if (next === step.length - 1) stop();
  else player.timer = setTimeout(play, BETWEEN);
}

// The threshold on a scale that is fine near 1: position p stands for 1 - 10^-p.
function thresholdSlider() {
  const position = (value) => -Math.log10(Math.max(1e-6, 1 - value));
  const oninput = ({ target }) => {
    const value = Number((1 - 10 ** -target.value).toPrecision(6));
    go({ threshold: Math.abs(value - INDEX.mono_threshold) < 1e-6 ? null : value }, true);
  };
  const scale = { type: "range", id: "threshold", min: "0", max: "5", step: "0.1" };
  const slider = make("input", { ...scale, value: position(state.threshold ?? INDEX.mono_threshold).toFixed(1), oninput });
  return make("span", {}, slider, make("output", { id: "above", for: "threshold" }));
}

function lookControls() {
  const shows = Object.entries(INDEX.shows).map(([name, { title }]) => [name, title]);
  return [
    control("colours show", select(shows, state.shows, (value) => go({ shows: value, step: null }, true), { id: "shows" })),
    control("neurons in order of", select(Object.entries(ORDERS), state.order, (value) => go({ order: value }, true), { id: "order" })),
    control("count scores above", thresholdSlider()),
  ];
}

/** @param {Member} member */
function showPlayer(member) {
  const frame = frameOf(member, state.step), step = member.frames.step[frame];
  player.slider.max = member.frames.step.length - 1;
  player.slider.value = frame;
  player.slider.setAttribute("aria-valuetext", `step ${step}`);
  player.label.textContent = `step ${step}`;
  player.slider.disabled = player.button.disabled = state.shows !== "responses";
}

// Which of the neuron and the feature in the address the member does not have.
/** @param {Member} member */
function missing(member) {
  return ["neuron", "feature"].filter((what) => state[what] !== null && !member.order[what].includes(state[what]));
}

export const memberView = {
  key: () => `member ${state.run}`,
  play: () => player.button.click(),
  step: async (what, by) => stepThrough((await openMembers())[0], what, by),
  make() {
    this.contrast = make("p", { id: "contrast", class: "lead" });
    this.controls = make("div", { class: "controls" }, ...lookControls());
    this.sides = make("div", { class: "sides" }, LEFT.element, RIGHT.element);
    this.units = make("aside", { class: "units" }, FINDER.element, NEURON.element, FEATURE.element);
    return [
      startLine("Bright cells say that a neuron [responds|response] to a feature. A [monosemantic] neuron has one bright cell in its column. "
        + "Click a cell to see its neuron and feature, or press play to watch the training."),
      this.contrast, this.controls, make("div", { class: "player" }, player.button, player.slider, player.label),
      make("div", { class: "member" }, this.sides, this.units),
    ];
  },
  async show(isCurrent) {
    const [member, other] = await openMembers();
    if (!isCurrent()) return "";
    const lost = missing(member), words = lost.map((what) => `${what} ${state[what]}`);
    for (const what of lost) state[what] = null;
    const pair = INDEX.runs[state.run].contrast;
    this.contrast.textContent = pair && other && pair.members.every((one) => [member.number, other.number].includes(one)) ? pair.words : "";
    for (const [id, value] of [["shows", state.shows], ["order", state.order]]) byId(id).value = value;
    byId("above").textContent = shown(state.threshold ?? INDEX.mono_threshold);
    byId("threshold").setAttribute("aria-valuetext", byId("above").textContent);
    this.sides.classList.toggle("two", Boolean(other));
    showPlayer(member);
    FINDER.show(member);
    const wasHidden = NEURON.element.hidden && FEATURE.element.hidden;
    const top = Math.max(...[member, other].filter(Boolean).map((one) => topOf(one, state.shows))); // one scale for both
    const drawn = [...LEFT.show(member, top, other), ...RIGHT.show(other, top, member), ...NEURON.show(member, state.neuron), ...FEATURE.show(member, state.feature)];
    const first = state.neuron === null ? FEATURE : NEURON;
    const isBelow = getComputedStyle(this.units.parentElement).gridTemplateColumns.split(" ").length === 1;
    if (isBelow && wasHidden && !first.element.hidden) first.element.scrollIntoView();
    await Promise.all(drawn);
    return words.length ? `Member ${member.number} has no ${words.join(" and no ")}.` : "";
  },
};
