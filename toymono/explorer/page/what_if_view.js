// What if: an input of one's own, neurons set to values of one's own, and what the network makes of it.

import { button, byId, control, count, make, select, shown, tableDetails } from "./dom.js";
import { INDEX } from "./data.js";
import { go, openMembers, state } from "./address.js";
import { Picture, onOneAxis, panels, withTraces } from "./picture.js";
import { neuronsInOrder } from "./member_figures.js";
import { signedBars } from "./unit_figures.js";
import { additions, isSigned, outcome, sampled, sampledLoss, whyNot } from "./network.js";
import { startLine } from "./finder.js";

/** @typedef {import("./types.d.ts").Member} Member */

const SAMPLES = 128;
const amplitudes = () => Object.entries(state.on).map(([feature, value]) => [Number(feature), value]);

// One member's answer; the second of two has no neurons set.
class Answer {
  constructor(name, isMain) {
    const onClick = ({ customdata }) => isMain && customdata && flip(customdata[0]);
    this.isMain = isMain;
    this.member = this.now = this.unchanged = null; // what is shown, once something is
    this.neurons = [];
    this.title = make("h2");
    this.words = make("p", { "aria-live": "polite" });
    this.pictures = {
      activations: new Picture("activations", { isWide: true, onClick }),
      outputs: new Picture("outputs", { onClick: ({ x }) => go({ feature: x }, true) }),
      additions: new Picture("additions"),
    };
    this.table = tableDetails("activations as a table", () => this.readings());
    this.element = make("section", { class: "side", id: name }, this.title, this.words, panels(this.pictures), this.table);
  }

  // What is drawn, in the pictures' order.
  /** @param {Member} member */
  answer(member) {
    this.member = member;
    this.element.hidden = !member;
    if (!member) return null;
    const set = this.isMain ? state.set : {}, now = outcome(member, amplitudes(), set), unchanged = outcome(member, amplitudes());
    Object.assign(this, { now, unchanged, neurons: neuronsInOrder(member, "score") });
    this.title.textContent = `Member ${member.number}: ${member.label}`;
    this.words.textContent = wordsOf(now, unchanged, set);
    this.table.refill();
    return this.figures(set, outputNow());
  }

  show(figures) {
    if (!figures) return [];
    const { now } = this, output = outputNow();
    return [
      this.pictures.activations.show("Activations", figures.activations,
        this.isMain ? "Pale: the network as trained. Click a mark to switch its neuron off and on." : "The network as trained."),
      this.pictures.outputs.show("Outputs", figures.outputs, "Rings: targets. Click an output to see which neurons contribute to it."),
      this.pictures.additions.show(`What each neuron adds to output ${output}`, figures.additions, `All neurons together give ${shown(now.outputs[output])}.`),
    ];
  }

  figures(set, output) {
    const { now, unchanged, neurons, member } = this, inOrder = (values) => neurons.map((neuron) => values[neuron]);
    const x = neurons.map((_, index) => index), isSet = neurons.map((neuron) => neuron in set);
    const marker = { symbol: isSet.map((is) => (is ? "x" : "line-ns-open")), color: isSet.map((is) => (is ? "#D55E00" : "#888888")) };
    const marks = { x, y: x.map(() => 0), customdata: neurons.map((neuron) => [neuron, now.hidden[neuron]]), marker };
    const every = fewTicks(neurons), outputs = now.outputs.map((_, index) => index);
    const asked = outputs.filter((index) => now.targets[index]);
    const bars = signedBars(inOrder(additions(member, now.hidden, output)));
    const bar = (name) => ({ ...bars[name], x, customdata: neurons });
    const xaxis = { ...INDEX.looks.activations.layout.xaxis, ...every, title: { text: "neurons by score" } };
    return {
      activations: withTraces(INDEX.looks.activations, {
        unchanged: { x, y: inOrder(unchanged.hidden) }, now: { x, y: inOrder(now.hidden) }, switches: marks,
      }, { xaxis }),
      outputs: withTraces(INDEX.looks.outputs, {
        unchanged: { x: outputs, y: unchanged.outputs }, now: { x: outputs, y: now.outputs },
        asked: { x: asked, y: asked.map((index) => now.targets[index]) },
      }),
      additions: withTraces(INDEX.looks.additions, { positive: bar("positive"), negative: bar("negative") }, { xaxis }),
    };
  }

  readings() {
    const { neurons, now, unchanged, member } = this, set = this.isMain ? state.set : {};
    const rows = neurons.map((n) => [n, now.hidden[n], unchanged.hidden[n], n in set, member.role[n]]);
    return { name: `member ${member.number} activations`, columns: ["neuron", "activation", "unchanged", "set", "role"], rows };
  }
}

// The output whose parts are shown.
const outputNow = () => state.feature ?? Number(Object.keys(state.on)[0] ?? 0);

// About eight ticks under neurons' own numbers.
function fewTicks(neurons) {
  const by = Math.ceil(neurons.length / 8), tickvals = neurons.map((_, index) => index).filter((index) => index % by === 0);
  return { tickmode: "array", tickangle: 0, tickvals, ticktext: tickvals.map((index) => `${neurons[index]}`) };
}

function wordsOf(now, unchanged, set) {
  const n = Object.keys(set).length, fires = `${count(now.hidden.filter((value) => value > 0).length, "neuron")} on`;
  const error = `squared error ${now.error.toFixed(4)}`;
  return n ? `${fires}; ${error}, ${unchanged.error.toFixed(4)} without the change (${count(n, "neuron")} set).` : `${fires}; ${error}.`;
}

const MAIN = new Answer("left", true), OTHER = new Answer("right", false);

// The numbers of all others.
const without = (numbers, who) => Object.fromEntries(Object.entries(numbers).filter(([other]) => Number(other) !== who));

function flip(neuron) {
  return go({ set: neuron in state.set ? without(state.set, neuron) : { ...state.set, [neuron]: 0 } }, true);
}

function featureSlider(feature, value, least) {
  const label = make("output", {}, shown(value));
  const oninput = ({ target }) => go({ on: { ...state.on, [feature]: Number(target.value) } }, true);
  const slider = make("input", { type: "range", min: least, max: 1, step: 0.01, value, oninput, "aria-label": `amplitude of feature ${feature}` });
  const off = button("×", () => go({ on: without(state.on, Number(feature)) }, true), { "aria-label": `switch feature ${feature} off` });
  return make("div", { class: "amplitude", "data-feature": feature }, make("span", {}, `feature ${feature}`), slider, label, off);
}

function numberBox(id, most, onenter) {
  const onchange = ({ target }) => {
    if (target.value !== "" && target.checkValidity()) onenter(Number(target.value));
    else target.reportValidity();
  };
  return make("input", { id, type: "number", min: 0, max: most, step: 1, placeholder: `0 to ${most}`, onchange });
}

/** @param {Member} member */
function controlsFor(member) {
  const nFeatures = member.order.feature.length, nNeurons = member.order.neuron.length;
  const set = (neurons, value = 0) => go({ set: { ...state.set, ...Object.fromEntries(neurons.map((n) => [n, value])) } }, true);
  const roles = INDEX.roles.filter((role) => member.role.includes(role)).map((role) => [role, role]);
  const ofRole = (role) => {
    byId("off-role").value = ""; // it is done, not a state
    return set(member.order.neuron.filter((n) => member.role[n] === role));
  };
  const value = make("input", { id: "value", type: "number", step: "any", value: 0 });
  const random = button("random input", () => go({ on: Object.fromEntries(sampled(member).map(([f, v]) => [f, Number(v.toFixed(3))])) }, true), { id: "random" });
  random.disabled = !member.densities;
  return [
    control("switch on feature", numberBox("lit", nFeatures - 1, (feature) => go({ on: { ...state.on, [feature]: 1 } }, true))),
    random, button("all features off", () => go({ on: {} }, true), { id: "dark" }),
    control("set neuron", numberBox("off", nNeurons - 1, (neuron) => set([neuron], Number(value.value)))),
    control("to", value),
    control("switch off all neurons that are", select([["", "choose a role"], ...roles], "", (role) => role && ofRole(role), { id: "off-role" })),
    button("all neurons as trained", () => go({ set: {} }, true), { id: "all-on" }),
  ];
}

/** @param {Member} member */
function lossWords(member) {
  const found = sampledLoss(member, state.set, SAMPLES);
  if (!found) return "The page does not know how this member's features are distributed, so it cannot draw samples.";
  const now = `Squared error summed over outputs, averaged over ${SAMPLES} random inputs: ${found.now.toFixed(4)}`;
  return Object.keys(state.set).length ? `${now}, ${found.unchanged.toFixed(4)} as trained.` : `${now}.`;
}

export const whatIfView = {
  key: () => `what-if ${state.run} ${state.member}`,
  make() {
    this.controls = make("div", { class: "controls" });
    this.sliders = make("div", { class: "sliders" });
    this.loss = make("p", { class: "note", id: "sampled-loss" });
    const measure = button("measure the loss over random inputs", () => { this.loss.textContent = lossWords(MAIN.member); }, { id: "measure" });
    return [
      startLine("Switch [features|amplitude] on, switch neurons off, and see what the network outputs."),
      this.controls, this.sliders, make("p", {}, measure), this.loss, make("div", { class: "sides roomy" }, MAIN.element, OTHER.element),
    ];
  },
  async show(isCurrent) {
    const [member, other] = await openMembers();
    if (!isCurrent()) return "";
    const reason = whyNot(member) ?? (other && whyNot(other));
    if (reason) throw new Error(reason);
    const known = (what) => (who) => Number(who) < member.order[what].length;
    const lost = [...Object.keys(state.on).filter((f) => !known("feature")(f)).map((f) => `feature ${f}`),
      ...Object.keys(state.set).filter((n) => !known("neuron")(n)).map((n) => `neuron ${n}`)];
    for (const [what, of] of [["on", "feature"], ["set", "neuron"]]) {
      state[what] = Object.fromEntries(Object.entries(state[what]).filter(([who]) => known(of)(who)));
    }
    if (this.controls.dataset.of !== this.key()) this.controls.replaceChildren(...controlsFor(member));
    this.controls.dataset.of = this.key();
    this.showSliders(member);
    this.loss.textContent = "";
    this.controls.parentElement.querySelector(".sides").classList.toggle("two", Boolean(other));
    const answers = [MAIN.answer(member), OTHER.answer(other)], drawn = answers.filter(Boolean);
    for (const name of Object.keys(answers[0])) onOneAxis(drawn.map((one) => one[name])).forEach((figure, at) => { drawn[at][name] = figure; });
    await Promise.all([...MAIN.show(answers[0]), ...OTHER.show(answers[1])]);
    return lost.length ? `Member ${member.number} has no ${lost.join(" and no ")}.` : "";
  },
  // Keeps the sliders that stand there already: one of them may be held at this moment.
  showSliders(member) {
    const wanted = Object.keys(state.on), there = [...this.sliders.children];
    for (const line of there) if (!wanted.includes(line.dataset.feature)) line.remove();
    for (const [feature, value] of Object.entries(state.on)) {
      const line = there.find(({ dataset }) => dataset.feature === feature);
      if (!line) this.sliders.append(featureSlider(feature, value, isSigned(member) ? -1 : 0));
      else [line.querySelector("input").value, line.querySelector("output").textContent] = [value, shown(value)];
    }
  },
};
