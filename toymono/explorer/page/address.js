// Where the reader is: the address says it, and everything on the page follows the address.

import { INDEX, isHeld, openMember } from "./data.js";

export const VIEWS = { sweep: "Sweep", member: "Member", geometry: "Geometry", "what-if": "What if", claims: "Claims" };
// What neurons are put in order by.
export const ORDERS = { score: "last score", bias: "bias", role: "role", favourite: "favourite feature" };
const NUMBERS = ["member", "beside", "step", "neuron", "feature"];
const NAMES = ["x", "y", "colour"];
const CHOICES = { view: Object.keys(VIEWS), shows: Object.keys(INDEX.shows), order: Object.keys(ORDERS) };
/** @type {import("./types.d.ts").State} */
const NOWHERE = {
  view: "sweep", run: 0, member: null, beside: null, step: null, neuron: null, feature: null, x: null, y: null,
  colour: null, shows: "responses", order: "score", threshold: null, on: {}, set: {},
};
export const state = { ...NOWHERE };
const follow = { run: null };

// What "3:0.5,7:1" says: a number for each of some neurons or features; null if it is malformed.
function numbersIn(words) {
  const pairs = words.split(",").map((word) => word.match(/^(\d+):(-?\d*\.?\d+)$/));
  return pairs.every(Boolean) ? Object.fromEntries(pairs.map(([, who, value]) => [who, Number(value)])) : null;
}

export function addressOf(fields) {
  const words = new URLSearchParams();
  for (const [name, nothing] of Object.entries(NOWHERE)) {
    const value = fields[name], isNamed = name === "view" && fields.member !== null; // else a member opens its own view
    if (name === "run") words.set(name, INDEX.runs[value].name);
    else if (typeof nothing === "object" && nothing) {
      const pairs = Object.entries(value).map(([who, number]) => `${who}:${number}`);
      if (pairs.length) words.set(name, pairs.join(","));
    } else if (value !== nothing || isNamed) words.set(name, value);
  }
  return `#${words.toString().replaceAll("%3A", ":").replaceAll("%2C", ",")}`;
}

// The fields that an address names, and what it names that is not there.
function fieldsOf(address) {
  const words = new URLSearchParams(address.replace(/^#/, "")), fields = { ...NOWHERE }, unknown = [];
  const readers = {
    run: (word) => { const at = INDEX.runs.findIndex(({ name }) => name === word); return at < 0 ? null : at; },
    threshold: (word) => (Number(word) >= 0 && Number(word) <= 1 ? Number(word) : null),
    on: numbersIn, set: numbersIn,
  };
  for (const name of NUMBERS) readers[name] = (word) => (/^\d+$/.test(word) ? Number(word) : null);
  for (const [name, choices] of Object.entries(CHOICES)) readers[name] = (word) => (choices.includes(word) ? word : null);
  for (const [name, word] of words) {
    if (NAMES.includes(name)) readers[name] = (axis) => (axesOf(fields.run).includes(axis) ? axis : null);
    const value = Object.hasOwn(readers, name) ? readers[name](word) : null;
    if (value === null) unknown.push(`${name} ${word}`);
    else fields[name] = value;
  }
  for (const name of ["member", "beside"]) {
    if (fields[name] === null || isHeld(fields.run, fields[name])) continue;
    unknown.push(`${name} ${fields[name]}`);
    fields[name] = null;
  }
  if (!words.has("view") && fields.member !== null) fields.view = "member";
  return { fields, unknown };
}

const axesOf = (run) => INDEX.runs[run].axes.map(({ name }) => name);

// Goes to another address; `keep` replaces the present one in the browser's history.
export function go(changes, keep = false) {
  const address = addressOf({ ...state, ...changes });
  if (keep) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  return arrive();
}

// Another run begins anew, in the same view.
export const goToRun = (run) => go({ ...NOWHERE, run, view: state.view === "claims" ? "claims" : "sweep" });

// What `open` gives of the member that is looked at, and of the one beside it, if any.
/** @type {<T>(open: (run: number, number: number) => Promise<T>) => Promise<T[]>} */
export function ofMembers(open) {
  const { run, member, beside } = state;
  return Promise.all([...new Set([member, beside ?? member])].map((number) => open(run, number)));
}

export const openMembers = () => ofMembers(openMember);

export function arrive() {
  const { fields, unknown } = fieldsOf(location.hash);
  Object.assign(state, fields);
  return follow.run(unknown);
}

export function onArrival(run) {
  follow.run = run;
  window.addEventListener("hashchange", arrive);
}
