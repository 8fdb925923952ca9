/* The page has one state, the view: controls change it, the address spells it out, and each part of the page follows
   the fields that it shows. */
"use strict";

const NUMBERS = ["member", "beside", "step", "neuron", "feature"];
const DEFAULTS = { tab: "sweep", member: 0, y: "task_loss", quantity: "responses", on: {}, off: [] };

const TABS = ["sweep", "member", "time", "what-if", "claims"];

/* What each part of the page depends on, and where it is told what is wrong with it; a part waits until its tab, and a
   table until its fold, is open. */
const PARTS = {
  "run-part": { of: ["run"], told: "message" },
  "who-part": { of: ["run", "member"] },
  "sweep-part": { tab: "sweep", of: ["run", "member", "beside", "x", "y", "colour"], told: "sweep-message" },
  "member-part": { tab: "member", of: ["run", "member", "quantity"], told: "member-message" },
  "neuron-part": { tab: "member", of: ["run", "member", "neuron"], told: "unit-message" },
  "feature-part": { tab: "member", of: ["run", "member", "feature"], told: "unit-message" },
  "clock-part": { tab: "time", of: ["run", "member"], told: "time-message" },
  "step-part": { tab: "time", of: ["run", "member", "beside", "step"], told: "time-message" },
  "lit-part": { tab: "what-if", of: ["run", "member"], told: "what-if-message" },
  "sliders-part": { tab: "what-if", of: ["run", "member", "lit"], told: "what-if-message" },
  "what-if-part": { tab: "what-if", of: ["run", "member", "on", "off"], told: "what-if-message" },
  "claims-part": { tab: "claims", of: [], told: "claims-message" },
  "members-part": { tab: "sweep", of: ["run"], fold: "members", told: "message" },
  "circuit-part": { tab: "member", of: ["run", "member"], fold: "circuit", told: "member-message" },
  "neurons-part": { tab: "member", of: ["run", "member"], fold: "neurons", told: "message" },
  "features-part": { tab: "member", of: ["run", "member"], fold: "features", told: "message" },
  "readings-part": { tab: "what-if", of: ["run", "member", "on", "off"], fold: "readings", told: "message" },
  "verdicts-part": { tab: "claims", of: [], fold: "verdicts", told: "message" },
};

/* Controls that show a field as it is, and the property that holds it. */
const CONTROLS = {
  tabs: ["tab", "value"],
  run: ["run", "value"],
  member: ["member", "value"],
  beside: ["beside", "value"],
  x: ["x", "value"],
  y: ["y", "value"],
  colour: ["colour", "value"],
  quantity: ["quantity", "value"],
  neuron: ["neuron", "value"],
  feature: ["feature", "value"],
  lit: ["lit", "value"],
  off: ["off", "value"],
};

/* Lists, and the part of the page with which the server sends their options and the value that they then show. */
const LISTS = { member: "run-part", beside: "run-part", x: "run-part", colour: "run-part" };
Object.assign(LISTS, { lit: "lit-part", off: "lit-part" });

function readAddress(search, firstRun) {
  const view = { ...DEFAULTS, run: firstRun };
  for (const [name, text] of new URLSearchParams(search)) {
    if (name === "on") {
      view.on = Object.fromEntries(text.split(",").map((pair) => pair.split(":")).map(([f, a]) => [f, Number(a)]));
    } else if (name === "off") {
      view.off = text.split(",").map(Number);
    } else {
      view[name] = NUMBERS.includes(name) && text !== "" && !isNaN(text) ? Number(text) : text;
    }
  }
  return view;
}

function writeAddress(view) {
  const told = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (name === "on") {
      const pairs = Object.entries(value).map(([feature, amplitude]) => `${feature}:${amplitude}`);
      if (pairs.length) told.set("on", pairs.join(","));
    } else if (Array.isArray(value)) {
      if (value.length) told.set(name, value.join(","));
    } else if (value !== null && value !== undefined && (name === "run" || value !== DEFAULTS[name])) {
      told.set(name, value);
    }
  }
  return "?" + told.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const field = (view, name) => (name === "lit" ? Object.keys(view.on).map(Number) : (view[name] ?? null));
const pick = (view, names) => Object.fromEntries(names.map((name) => [name, field(view, name)]));
const drawn = {};
let before = null;
let timed = null; // the records by which the clock was set

function isOpen(part, view) {
  const fold = part.fold && document.getElementById(part.fold)?.closest("details");
  return (!part.tab || part.tab === view.tab) && (!part.fold || fold?.open);
}

/* Whether a control can be set: a list without options, or with those of another run, would drop the value. */
function canShow(id, view) {
  const asked = drawn[LISTS[id]];
  return !LISTS[id] || (asked?.run === view.run && (asked.member ?? view.member) === view.member);
}

/* The clock stands at the last record up to the view's step. The server's answer would come too late for quick keys. */
function setClock(view, records) {
  const asked = drawn["clock-part"];
  const isNew = records !== timed || before?.step !== view.step;
  const isNumber = typeof (view.step ?? 0) === "number";
  if (!records || !isNew || !isNumber || asked?.run !== view.run || asked.member !== view.member) return;
  timed = records;
  const place = records.findLastIndex((step) => step <= (view.step ?? Infinity));
  window.dash_clientside.set_props("clock", { value: Math.max(place, 0) });
}

/* Show a view: the address, the controls, and those parts of the page whose fields changed. */
function follow(view, records) {
  if (!view) return window.dash_clientside.no_update;
  const set = window.dash_clientside.set_props;
  const quiet = before && same({ ...before, step: 0, on: 0, off: 0 }, { ...view, step: 0, on: 0, off: 0 });
  const address = writeAddress(view);
  if (before && address !== window.location.search) {
    window.history[quiet ? "replaceState" : "pushState"](null, "", address);
  }
  for (const [id, [name, property]] of Object.entries(CONTROLS)) {
    const isNew = !before || !same(field(before, name), field(view, name));
    if (isNew && canShow(id, view)) set(id, { [property]: field(view, name) });
  }
  setClock(view, records);
  for (const [id, part] of Object.entries(PARTS)) {
    const fields = pick(view, part.of);
    if (isOpen(part, view) && !same(drawn[id], fields)) {
      drawn[id] = fields;
      if (part.told) set(part.told, { children: "" }); // several parts share a message, so none may clear it later
      set(id, { data: fields });
    }
  }
  if (before?.tab !== view.tab) {
    for (const tab of TABS) set(`${tab}-body`, { hidden: tab !== view.tab });
  }
  before = view;
  return view.tab;
}

document.addEventListener("toggle", () => follow(before, timed), true);

/* Neurons and features in the order of the map, from the names on its axes. */
function order(map, axis) {
  const names = map?.layout?.[axis]?.ticktext ?? [];
  return names.map((name) => Number(name.split(" ")[1]));
}

function stepped(places, current, by) {
  if (!places.length) return current;
  const place = places.indexOf(current);
  return place < 0 ? places[0] : places[(place + by + places.length) % places.length];
}
