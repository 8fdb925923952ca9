// Finding one's way: words with their definitions, and the neurons of a member by number, feature or role.

import { byId, control, make, shown } from "./dom.js";
import { INDEX } from "./data.js";
import { addressOf, go, state } from "./address.js";

/** @typedef {import("./types.d.ts").Member} Member */

// A word whose definition shows when it is pointed at or focused.
export function term(word, about = word) {
  return make("span", { class: "term", tabindex: "0", "data-means": INDEX.terms[about] }, word);
}

// A sentence in which [words in brackets] are terms; "[mono neurons|mono neuron]" names the entry.
export function withTerms(sentence) {
  const parts = sentence.split(/\[([^\]]+)\]/);
  return parts.map((part, index) => (index % 2 ? term(...part.split("|")) : part));
}

const SPELT = Object.keys(INDEX.terms).sort((a, b) => b.length - a.length).map((word) => word.replaceAll("|", "\\|"));
const EVERY = new RegExp(`(?<![\\w|])(${SPELT.join("|")})(?![\\w|])|(?<![\\w|])(${SPELT.join("|")})s(?![\\w|])`, "g");

// A sentence as it is, in which every term has its definition where it stands first.
export function explained(sentence) {
  const parts = [], known = new Set();
  let from = 0;
  for (const { 0: spelt, 1: single, 2: several, index } of sentence.matchAll(EVERY)) {
    const about = single ?? several;
    if (known.has(about)) continue;
    known.add(about);
    parts.push(sentence.slice(from, index), term(spelt, about));
    from = index + spelt.length;
  }
  return [...parts, sentence.slice(from)];
}

// What a view shows and what to do first.
export function startLine(sentence) {
  return make("p", { class: "start" }, ...withTerms(sentence));
}

export function glossary() {
  const lines = Object.entries(INDEX.terms).flatMap(([word, means]) => [make("dt", {}, word), make("dd", {}, means)]);
  return make("details", { id: "glossary" }, make("summary", {}, "Glossary"), make("dl", {}, ...lines));
}

// Rows of the table of neurons that the words in the search box name.
/** @param {Member} member */
function found(member, words) {
  const query = words.trim().toLowerCase(), { rows, columns } = member.neurons;
  const at = (name) => columns.indexOf(name);
  const [, what, number] = query.match(/^(neuron|feature)?\s*(\d+)$/) || [];
  if (!query) return rows;
  const numbered = at(what === "feature" ? "favourite feature" : "neuron");
  if (number) return rows.filter((cells) => cells[numbered] === Number(number));
  if (query === "mono") return rows.filter((cells) => cells[at("score")] > INDEX.mono_threshold);
  return rows.filter((cells) => cells[at("role")].includes(query));
}

const COLUMNS = { neuron: "neuron", score: "score", "favourite feature": "feature", role: "role" };

export class Finder {
  constructor() {
    const oninput = () => this.show(this.member);
    const onkeydown = ({ key }) => {
      const link = this.list.querySelector("a");
      if (key === "Enter" && link) location.hash = link.hash;
    };
    const search = { id: "search", type: "search", autocomplete: "off", placeholder: "17, feature 12, linear, mono" };
    this.search = make("input", { ...search, oninput, onkeydown });
    this.count = make("p", { id: "found", class: "note", "aria-live": "polite" });
    this.list = make("div", { id: "neurons", class: "scroll", tabindex: "0" });
    const keys = make("p", { class: "note" }, "Arrow keys: left and right for neurons, up and down for features.");
    this.shown = null; // the words and the address that the table was made for
    this.lines = new Map(); // of the table, by neuron
    this.element = make("section", { id: "finder" }, control("find neurons", this.search), this.count, this.list, keys);
  }

  // A table of a thousand lines takes a while: it is made anew only where its lines or their links change.
  /** @param {Member} member */
  show(member) {
    this.member = member;
    const wanted = `${this.search.value} ${addressOf({ ...state, feature: null, neuron: null })}`;
    if (wanted !== this.shown) this.refill();
    this.shown = wanted;
    this.list.querySelector(".current")?.classList.remove("current");
    const current = this.lines.get(state.neuron);
    if (!current) return;
    current.classList.add("current");
    this.list.scrollTop = current.offsetTop - this.list.clientHeight / 2;
  }

  refill() {
    const { rows: every, columns } = this.member.neurons, rows = found(this.member, this.search.value);
    const indices = Object.keys(COLUMNS).map((name) => columns.indexOf(name));
    this.count.textContent = `${rows.length} of ${every.length} neurons`;
    const head = make("tr", {}, ...Object.values(COLUMNS).map((name) => make("th", { scope: "col" }, name)));
    this.lines = new Map(rows.map((cells) => {
      const [neuron, ...others] = indices.map((index) => shown(cells[index]));
      const link = make("a", { href: addressOf({ ...state, feature: null, neuron }) }, neuron);
      return [Number(neuron), make("tr", {}, make("td", {}, link), ...others.map((text) => make("td", {}, text)))];
    }));
    this.list.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...this.lines.values())));
  }
}

// Goes to the neuron or feature before or after the present one in display order.
/** @param {Member} member */
export function stepThrough(member, what, by) {
  const order = member.order[what], other = what === "neuron" ? "feature" : "neuron", from = order.indexOf(state[what]);
  const partners = what === "neuron" ? member.strongest : member.favourite;
  const partner = state[other] === null ? order[0] : partners[state[other]];
  const to = from < 0 ? partner : order[Math.min(order.length - 1, Math.max(0, from + by))];
  return go({ [other]: null, [what]: to }, from >= 0);
}

// Says something above the view, or with no words takes it away.
export function say(words = "") {
  byId("message").hidden = !words;
  byId("message").textContent = words;
}
