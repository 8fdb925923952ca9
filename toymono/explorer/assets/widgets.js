/* How each control changes the view (see view.js), and the keys that press buttons. */
"use strict";

function clickedCell(view, click, map) {
  const point = click?.points?.[0];
  if (!point) return {};
  const both = ["map", "favourites"].includes(map.data[point.curveNumber].name);
  const neuron = order(map, "xaxis")[Math.round(point.x)];
  return both ? { neuron, feature: order(map, "yaxis")[Math.round(point.y)] } : { neuron };
}

/* What a control's new value changes; other controls have the field that they show. */
const CHANGES = {
  scatter: (view, click, given) => {
    const member = click?.points?.[0]?.customdata;
    return member === undefined ? {} : { [given.picks]: member };
  },
  map: (view, click, given) => clickedCell(view, click, given.map),
  "neuron-before": (view, n, given) => ({ neuron: stepped(order(given.map, "xaxis"), view.neuron, -1) }),
  "neuron-after": (view, n, given) => ({ neuron: stepped(order(given.map, "xaxis"), view.neuron, 1) }),
  "feature-before": (view, n, given) => ({ feature: stepped(order(given.map, "yaxis"), view.feature, -1) }),
  "feature-after": (view, n, given) => ({ feature: stepped(order(given.map, "yaxis"), view.feature, 1) }),
  clock: (view, place, given) => {
    const step = given.records?.[place];
    return step === undefined || step === (view.step ?? given.records.at(-1)) ? {} : { step };
  },
  ticker: (view, n, given) => {
    const records = given.records ?? [];
    const now = view.step ?? records.at(-1);
    if (given.painted && given.painted.step !== now) return {}; // the last picture is still on its way
    const next = records.find((step) => step > now);
    if (next === undefined) window.dash_clientside.set_props("ticker", { disabled: true });
    return next === undefined ? {} : { step: next };
  },
  lit: (view, features) => ({ on: Object.fromEntries((features ?? []).map((f) => [f, view.on[f] ?? 1])) }),
  activations: (view, click) => {
    const neuron = click?.points?.[0]?.customdata?.[0];
    if (neuron === undefined) return {};
    window.dash_clientside.set_props("activations", { clickData: null }); // so that the same click counts twice
    return { off: view.off.includes(neuron) ? view.off.filter((n) => n !== neuron) : [...view.off, neuron] };
  },
  "off-role": (view, role, given) => (role ? { off: [...new Set([...view.off, ...(given.roles?.[role] ?? [])])] } : {}),
  "all-on": () => ({ off: [] }),
};

/* A press of play starts from the first record where the last is shown. */
function play(presses, stopped, view, records) {
  const set = window.dash_clientside.set_props;
  if (presses && stopped && (view.step ?? records?.at(-1)) === records?.at(-1)) {
    set("view", { data: { ...view, step: records[0] } });
  }
  return presses ? !stopped : true;
}

const playName = (stopped) => (stopped ? "Play" : "Pause");

function change(view, id, value, given) {
  if (id.startsWith("{")) {
    const { feature } = JSON.parse(id);
    return value === null || view.on[feature] === undefined ? {} : { on: { ...view.on, [feature]: value } };
  }
  if (CHANGES[id]) return CHANGES[id](view, value, given);
  const [name] = CONTROLS[id];
  const needed = ["tab", "run", "member", "y", "quantity"].includes(name);
  return needed && value === null ? {} : { [name]: value };
}

/* Neurons, features and numbers of one run or member mean nothing in another. */
function forgotten(before, after) {
  const nobody = { member: 0, beside: null, neuron: null, feature: null, step: null, on: {}, off: [] };
  if (after.run !== before.run) return nobody;
  if (after.member !== before.member) return { off: [] };
  return {};
}

function changed(...args) {
  const [picks, map, records, painted, roles, firstRun, view] = args.slice(-7);
  const { no_update, callback_context } = window.dash_clientside;
  if (!view) return readAddress(window.location.search, firstRun);
  let next = view;
  for (const { prop_id, value } of callback_context.triggered) {
    const id = prop_id.slice(0, prop_id.lastIndexOf("."));
    if (id === "address") next = readAddress(value, firstRun);
    else if (id) {
      const patch = change(next, id, value, { picks, map, records, painted, roles });
      const after = { ...next, ...patch };
      next = { ...after, ...forgotten(next, after) };
    }
  }
  return same(next, view) ? no_update : next;
}

const TYPES = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array };
Object.assign(TYPES, { f4: Float32Array, f8: Float64Array });

/* An axis of a trace as a list, also where Python sent it as bytes. */
function listed(values) {
  if (!values?.bdata) return values ?? [];
  const bytes = Uint8Array.from(atob(values.bdata), (letter) => letter.charCodeAt(0));
  return Array.from(new TYPES[values.dtype](bytes.buffer));
}

/* Below a picture: its numbers as a table, and in a sentence where Python has none for it. */
function describe(figure, id) {
  const place = document.getElementById(id);
  if (!place || !figure?.data) return window.dash_clientside.no_update;
  if (!place.table) {
    place.table = tableDetails("data as a table", () => place.of());
    place.sentence = make("figcaption");
    place.append(...(place.dataset.sentence ? [place.sentence] : []), place.table);
  }
  const data = figure.data.map((trace) => ({ ...trace, x: listed(trace.x), y: listed(trace.y) }));
  place.of = () => tableOfFigure(id.replace("-data", ""), { data, layout: figure.layout });
  if (place.dataset.sentence) place.sentence.textContent = sentenceOf({ data, layout: figure.layout });
  place.table.refill();
  return id;
}

window.dash_clientside = Object.assign({}, window.dash_clientside, { explorer: { changed, describe, follow, play, playName } });

const KEYS = {
  ArrowLeft: "neuron-before",
  ArrowRight: "neuron-after",
  ArrowUp: "feature-before",
  ArrowDown: "feature-after",
  " ": "play",
};

document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input, select, textarea, button, summary, [role], .dash-dropdown");
  const button = document.getElementById(KEYS[event.key]);
  if (busy || event.ctrlKey || event.metaKey || event.altKey || !button || button.closest("[hidden]")) return;
  event.preventDefault();
  button.click();
});
