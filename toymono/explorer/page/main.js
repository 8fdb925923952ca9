// The page follows its address: the header, the view, keys, and results that come in while it is open.

import { byId, make } from "./dom.js";
import { INDEX, isHeld, readPiece } from "./data.js";
import { VIEWS, addressOf, arrive, go, goToRun, onArrival, state } from "./address.js";
import { glossary, say } from "./finder.js";
import { claimsView } from "./claims_view.js";
import { geometryView } from "./geometry_view.js";
import { memberView, stop } from "./member_view.js";
import { sweepView } from "./sweep_view.js";
import { whatIfView } from "./what_if_view.js";

const OF_VIEW = { sweep: sweepView, member: memberView, geometry: geometryView, "what-if": whatIfView, claims: claimsView };
const PATIENCE = 300; // milliseconds before the page says that it waits
const RENEWAL = 10_000; // milliseconds between two looks for new results
let visit = 0;

// Views of one network need one: the one to begin with.
function ensureMember() {
  if (state.member !== null || !["member", "geometry", "what-if"].includes(state.view)) return;
  const { contrast, labels } = INDEX.runs[state.run];
  const first = labels.findIndex((_, number) => isHeld(state.run, number));
  [state.member, state.beside] = contrast ? contrast.members : [first, state.beside];
  if (first < 0) Object.assign(state, { view: "sweep", member: null });
}

// What an empty address stands for: the contrast, where a run has one.
function begin() {
  const { contrast } = INDEX.runs[0];
  if (location.hash.length < 2 && contrast) {
    history.replaceState(null, "", addressOf({ ...state, view: "member", member: contrast.members[0], beside: contrast.members[1] }));
  }
  return arrive();
}

// The lists of runs and of a run's members, made anew where another run is shown: they may be long.
function fillLists(run) {
  if (byId("run").dataset.of === run.name) return;
  byId("run").dataset.of = run.name;
  byId("run").replaceChildren(...INDEX.runs.map(({ name }, index) => new Option(name, String(index))));
  const held = run.labels.map((label, number) => [number, label]).filter(([number]) => isHeld(state.run, number));
  for (const name of ["member", "beside"]) {
    byId(name).replaceChildren(new Option("none", ""), ...held.map(([number, label]) => new Option(`${number}: ${label}`, String(number))));
  }
}

function showHeader() {
  const run = INDEX.runs[state.run];
  fillLists(run);
  for (const name of ["run", "member", "beside"]) byId(name).value = state[name] ?? "";
  const tabs = Object.entries(VIEWS).map(([view, title]) => {
    const current = view === state.view ? { "aria-current": "page" } : {};
    return make("a", { href: addressOf({ ...state, view }), ...current }, title);
  });
  byId("tabs").replaceChildren(...tabs);
  const parts = [VIEWS[state.view]];
  for (const what of ["member", "neuron", "feature"]) if (state[what] !== null) parts.unshift(`${what} ${state[what]}`);
  document.title = `${parts.join(" - ")} - ${run.name} - ${INDEX.is_served ? "toymono explore" : "toymono report"}`;
}

async function follow(unknown) {
  const mine = ++visit, isCurrent = () => mine === visit;
  ensureMember();
  const view = OF_VIEW[state.view], host = byId("view");
  if (state.view !== "member") stop();
  showHeader();
  if (host.dataset.key !== view.key()) {
    host.dataset.key = view.key();
    host.replaceChildren(...view.make(), glossary());
    host.inert = true; // until there is something to act on
    window.scrollTo(0, 0);
  }
  const waiting = setTimeout(() => { host.setAttribute("aria-busy", "true"); }, PATIENCE);
  const isKnown = !unknown.length || INDEX.runs[state.run].fault; // of which the view speaks
  const lost = isKnown ? [] : [`${INDEX.is_served ? "These runs do" : "This report does"} not hold ${unknown.join(", ")}.`];
  try {
    const message = await view.show(isCurrent);
    if (isCurrent()) host.inert = false;
    if (message) lost.push(message);
  } catch (error) {
    lost.push(error.message);
  }
  clearTimeout(waiting);
  if (!isCurrent()) return;
  host.removeAttribute("aria-busy");
  host.dataset.shown = String(mine);
  performance.mark("shown");
  say(lost.join(" "));
}

/** @type {Record<string, ["neuron" | "feature", number]>} */
const KEYS = {
  ArrowLeft: ["neuron", -1], ArrowRight: ["neuron", 1], ArrowUp: ["feature", -1], ArrowDown: ["feature", 1],
};
document.addEventListener("keydown", (event) => {
  const isBusy = /** @type {Element} */ (event.target).closest("input, select, textarea, button, summary, .scroll");
  const { step, play } = OF_VIEW[state.view];
  if (isBusy || event.ctrlKey || event.altKey || event.metaKey || state.member === null) return;
  const act = event.key === " " ? play : event.key in KEYS && step && (() => step(...KEYS[event.key]));
  if (!act) return;
  event.preventDefault();
  act();
});

const chosen = (name) => (byId(name).value === "" ? null : Number(byId(name).value));
byId("run").addEventListener("change", () => goToRun(chosen("run")));
byId("member").addEventListener("change", () => {
  const member = chosen("member");
  const view = member === null ? "sweep" : state.view === "sweep" ? "member" : state.view;
  go({ member, view, neuron: null, feature: null, set: {} });
});
byId("beside").addEventListener("change", () => go({ beside: chosen("beside") }));

// A page that is served takes in new results of runs that are still training.
async function watchGrowth(before) {
  const now = JSON.stringify(await readPiece("growth").catch(() => before));
  if (before && now !== before) location.reload();
  setTimeout(watchGrowth, RENEWAL, now);
}

byId("brand").textContent = INDEX.is_served ? "toymono explore" : "toymono report";
onArrival(follow);
begin();
if (INDEX.is_served) watchGrowth(null);
